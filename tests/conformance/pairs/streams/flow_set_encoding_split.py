"""setEncoding: a character split over packets arrives whole, in each of the encodings."""

# rows: 5.setEncoding 5.event.data

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    parts = [[0x61, 0xE2], [0x82], [0xAC, 0xF0, 0x9F], [0x98, 0x80, 0x62], [0xFF, 0x63]]
    encodings = ["utf8", "utf16le", "latin1", "ascii", "hex", "base64", "base64url"]

    def sendPart(peer, index):
        if index == len(parts):
            peer.end()
        else:
            peer.write(bytes(parts[index]))

    def onConnection(peer):
        index = 0

        def onAsk(data):
            nonlocal index
            sendPart(peer, index)
            index += 1

        peer.on("data", onAsk)

    server = net.createServer(onConnection)

    def take(turn):
        if turn == len(encodings):
            server.close()
            return
        socket = net.connect("s.sock")
        seen = []
        known = 0

        def poll():
            nonlocal known
            if socket.bytesRead > known:
                known = socket.bytesRead
                socket.write("n")

        log("encoding", socket.setEncoding(encodings[turn]) is socket, socket.readableEncoding)
        socket.on("data", lambda text: seen.append(text))
        socket.on("end", lambda: log("seen", "".join(seen), len(seen)))
        socket.on("close", lambda hadError: take(turn + 1))
        timer = net.setInterval(poll, 2)
        socket.on("end", lambda: net.clearInterval(timer))
        socket.write("n")

    server.listen("s.sock", lambda: take(0))


run(main)
