"""setTimeout: its answer, the timeout property, the event, and that it closes nothing."""

# rows: 5.setTimeout 5.timeout 5.event.timeout

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    server = net.createServer(lambda peer: peer.resume())

    def start():
        socket = net.connect(server.address()["port"], "127.0.0.1")
        log("before", socket.timeout)
        log(
            "set",
            socket.setTimeout(30, lambda *values: log("callback", *values)) is socket,
            socket.timeout,
        )
        log("listeners", socket.listenerCount("timeout"))

        def onTimeout(*values):
            log(
                "timeout",
                *values,
                socket.destroyed,
                socket.readyState,
                socket.timeout,
                socket.listenerCount("timeout"),
            )
            log("off", socket.setTimeout(0) is socket, socket.timeout)
            net.setTimeout(finish, 60)

        def finish():
            log("still open", socket.readyState)
            socket.end()
            server.close()

        socket.on("timeout", onTimeout)
        socket.on("close", lambda hadError: log("close", hadError))

    server.listen(0, "127.0.0.1", start)


run(main)
