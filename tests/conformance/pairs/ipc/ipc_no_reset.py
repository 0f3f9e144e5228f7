"""A Unix socket can't be reset: resetAndDestroy throws, on both sides, and harms nothing."""
# rows: 1.1 5.resetAndDestroy

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        attempt("server reset", lambda: socket.resetAndDestroy())
        log("server state", socket.destroyed, socket.readyState)

        def received(data: bytes) -> None:
            log("server data", data)
            socket.end("well")

        socket.on("data", received)

    server = net.createServer(accept)

    def listening() -> None:
        client = net.connect("s.sock")

        def received(data: bytes) -> None:
            attempt("client reset", lambda: client.resetAndDestroy())
            log("client data", data)

        client.on("connect", lambda: client.write("how are you"))
        client.on("data", received)
        client.on("close", lambda failed: server.close(lambda: log("closed", failed)))

    server.listen("s.sock", listening)


run(main)
