"""unshift and push of something that is no bytes destroy the socket with an error."""

# rows: 5.stream.unshift 5.event.error

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        watch(socket, "socket", "connect", "error", "end", "close")

        def onReady():
            attempt("unshift", lambda: socket.unshift(5))
            log("state", socket.destroyed, socket.readyState, socket.errored)
            attempt("null", lambda: socket.unshift("x"))
            server.close()

        socket.on("ready", onReady)

    server.listen(0, "127.0.0.1", start)


run(main)
