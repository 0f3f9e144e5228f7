"""Without a host IPv4 clients come in as mapped addresses, IPv6 clients as their own."""
# rows: 4.listen.options.host 4.event.connection 4.event.drop

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        log(
            "connection",
            socket.localAddress,
            socket.localFamily,
            socket.remoteAddress,
            socket.remoteFamily,
        )
        socket.end("hello")

    server: Any = net.createServer(accept)

    def dropped(data: Any) -> None:
        names = ("localAddress", "localFamily", "remoteAddress", "remoteFamily")
        log("drop", *(data[name] for name in names))

    server.on("drop", dropped)

    def visit(host: str, done: Callable[[], object]) -> None:
        client = net.connect({"port": server.address()["port"], "host": host})
        lines: list[tuple[Any, ...]] = []

        def connected() -> None:
            lines.append((client.localAddress, client.remoteAddress, client.remoteFamily))

        def closed(failed: bool) -> None:
            for line in lines:
                log("client", *line)
            done()

        client.on("connect", connected)
        client.on("data", lambda data: log("data", data))
        client.on("close", closed)

    def full() -> None:
        server.maxConnections = 0
        visit("127.0.0.1", lambda: server.close(lambda: log("closed")))

    server.listen(0, lambda: visit("127.0.0.1", lambda: visit("::1", full)))


run(main)
