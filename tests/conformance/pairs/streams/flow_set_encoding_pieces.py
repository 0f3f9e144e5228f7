"""What each data event holds when a character comes byte by byte, and an unfinished one at the end."""

# rows: 5.setEncoding 5.event.end

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main():
    units = [0x41, 0xE2, 0x82, 0xAC, 0xC3, 0xA9, 0xF0, 0x9F, 0x98]

    def onConnection(peer):
        server.close()
        index = 0

        def sendNext():
            nonlocal index
            if index == len(units):
                peer.end()
            else:
                peer.write(bytes([units[index]]))
                index += 1
                net.setTimeout(sendNext, 15)

        sendNext()

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        socket.setEncoding()
        log("encoding", socket.readableEncoding)
        watch(socket, "socket", "data", "end", "close")
        attempt("unknown", lambda: socket.setEncoding("klingon"))

    server.listen(0, "127.0.0.1", start)


run(main)
