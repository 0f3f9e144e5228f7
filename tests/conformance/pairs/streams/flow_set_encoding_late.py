"""setEncoding when bytes are already buffered, read(n) then counts characters."""

# rows: 5.setEncoding 5.stream.read 5.stream.readableLength

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end("h\u00e9\u20acllo"))

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")

        def onReadable():
            log("buffered", socket.readableLength, socket.readableEncoding)
            socket.setEncoding("utf8")
            log("decoded", socket.readableLength, socket.readableEncoding)
            log("two", socket.read(2), socket.readableLength)
            log("rest", socket.read(), socket.readableLength)
            socket.on("readable", lambda: log("last", socket.read()))

        socket.once("readable", onReadable)
        watch(socket, "socket", "end", "close")
        socket.on("close", lambda hadError: server.close())

    server.listen(0, "127.0.0.1", start)


run(main)
