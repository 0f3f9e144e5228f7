"""connection: one Socket per client, each listener called in order with the server as its own."""
# rows: 4.event.connection 4.getConnections 5.remotePort 5.localPort

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server: Any = net.createServer(
        lambda *values: log("first", len(values), isinstance(values[0], net.Socket))
    )

    def second(socket: net.Socket) -> None:
        is_its = socket.server is server
        log("second", is_its, socket.readyState, socket.connecting, socket.pending)
        same_port = socket.localPort == server.address()["port"]
        log("ends", socket.localAddress, same_port, socket.localFamily)
        log("peer", socket.remoteAddress, socket.remotePort, socket.remoteFamily)
        log("address", socket.address())
        socket.end(str(socket.remotePort))

    server.on("connection", second)
    server.prependListener("connection", lambda socket: log("prepended"))
    server.once("connection", lambda socket: log("once"))

    def visit(done: Callable[[], object]) -> None:
        client = net.connect({"port": server.address()["port"], "host": "127.0.0.1"})
        own: int | None = None

        def connected() -> None:
            nonlocal own
            own = client.localPort

        client.on("connect", connected)
        client.on("data", lambda data: log("agree", data.decode("latin1") == str(own)))
        client.on("close", lambda failed: done())

    def finish() -> None:
        server.close(lambda: log("closed", server.listenerCount("connection")))

    server.listen(0, "127.0.0.1", lambda: visit(lambda: visit(finish)))


run(main)
