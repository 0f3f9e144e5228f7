"""Over the readable high-water mark nothing more is read from the handle until read() makes room."""

# rows: 5.option.highWaterMark 5.stream.readableHighWaterMark 5.stream.readableLength 5.bytesRead

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()
        peer.write("abcdefgh")
        net.setTimeout(lambda: peer.end("ij"), 30)

    server = net.createServer(onConnection)

    def start():
        socket = net.connect({"path": "s.sock", "highWaterMark": 6})

        def later():
            log("later", socket.readableLength, socket.bytesRead, socket.readableEnded)
            log("read", socket.read(3), socket.readableLength)
            net.setTimeout(last, 30)

        def last():
            log("last", socket.readableLength, socket.bytesRead)
            socket.on("data", lambda data: log("data", data))
            watch(socket, "socket", "end", "close")

        socket.once("readable", lambda: log("readable", socket.readableLength))
        net.setTimeout(later, 70)

    server.listen("s.sock", start)


run(main)
