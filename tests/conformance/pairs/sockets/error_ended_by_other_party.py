"""A write after the peer's FIN with allowHalfOpen false: EPIPE, "ended by the other party"."""

# rows: 5.write 5.event.error 8.1 8.2

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    def onConnection(peer):
        server.close()
        peer.end("bye")
        peer.resume()
        peer.on("error", lambda error: log("peer error", error))

    server = net.createServer(onConnection)

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "data", "finish", "error", "close")

        def onEnd():
            log(
                "end",
                socket.write("too late", lambda *values: log("written", *values)),
                socket.destroyed,
            )
            log("state", socket.readyState, socket.writableEnded, socket.errored)
            net.setImmediate(afterwards)

        def afterwards():
            log("ended", socket.writableEnded, socket.destroyed)
            log("afterwards", socket.write("much too late", lambda *values: log("late", *values)))
            log("state", socket.readyState, socket.errored)

        socket.on("end", onEnd)

    server.listen(0, "127.0.0.1", start)


run(main)
