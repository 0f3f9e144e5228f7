"""A refused connection: error, then close(true), with only the ticks of the error between them."""

# rows: 5.event.error 5.event.close 8.1 5.event.connectionAttemptFailed 5.event.connectionAttempt

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer()

    def attack():
        socket = net.connect("nobody.sock")
        watch(
            socket,
            "socket",
            "lookup",
            "connectionAttempt",
            "connectionAttemptFailed",
            "connect",
            "end",
            "close",
        )
        log("sync", socket.connecting, socket.pending, socket.readyState)

        def onError(error):
            log("error", error, error.errno, socket.connecting, socket.destroyed, socket.pending)
            net.nextTick(lambda: log("tick"))

        socket.on("error", onError)
        socket.on("close", lambda hadError: tcpPart())

    def tcpPart():
        port = server.address()["port"]
        server.close()
        socket = net.connect(port, "127.0.0.1")
        watch(
            socket,
            "tcp",
            "lookup",
            "connectionAttempt",
            "connectionAttemptFailed",
            "connect",
            "end",
            "close",
        )
        socket.on("error", lambda error: log("error", error, error.errno, error.address))

    server.listen(0, "127.0.0.1", attack)


run(main)
