"""Readable mode: readable events, read(), read(n) and what is left."""

# rows: 5.stream.read 5.stream.readableLength 5.event.end

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end("abcdefghij"))

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "end", "close")

        def onReadable():
            log("readable", socket.readableFlowing, socket.isPaused())
            log("three", socket.read(3), socket.readableLength)
            log("zero", socket.read(0), socket.readableLength)
            log("four", socket.read(4), socket.readableLength)
            log("many", socket.read(100), socket.readableLength)
            log("rest", socket.read(), socket.readableLength, socket.readableEnded)

        socket.on("readable", onReadable)
        log("on", socket.readableFlowing, socket.isPaused())
        socket.on("close", lambda hadError: server.close())

    server.listen(0, "127.0.0.1", start)


run(main)
