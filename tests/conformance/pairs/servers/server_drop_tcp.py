"""Over maxConnections: drop with both ends of the refused connection, which just ends for the client."""
# rows: 4.event.drop 4.maxConnections 8.10 4.getConnections

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    held: list[net.Socket] = []

    def accept(socket: net.Socket) -> None:
        held.append(socket)
        log("connection", len(held))
        socket.resume()

    server: Any = net.createServer(accept)
    server.maxConnections = 2

    def dropped(data: Any) -> None:
        log("drop", data)
        log("drop keys", len(data), data["localPort"] == server.address()["port"])

    server.on("drop", dropped)
    server.on("close", lambda: log("server close"))

    def visit(done: Callable[[net.Socket], object]) -> net.Socket:
        client = net.connect({"port": server.address()["port"], "host": "127.0.0.1"})
        client.on("connect", lambda: done(client))
        return client

    def both(one: net.Socket, two: net.Socket) -> None:
        lines: list[tuple[Any, ...]] = []
        three = visit(lambda client: lines.append(("three connect",)))

        def counted(error: Any, count: int) -> None:
            log("connections", error, count)
            one.destroy()
            two.destroy()
            server.close()

        def closed(failed: bool) -> None:
            lines.append(("three close", failed))
            for line in lines:
                log(*line)
            server.getConnections(counted)

        three.on("data", lambda data: lines.append(("three data",)))
        three.on("end", lambda: lines.append(("three end", three.bytesRead)))
        three.on("close", closed)
        three.resume()

    server.listen(0, "127.0.0.1", lambda: visit(lambda one: visit(lambda two: both(one, two))))


run(main)
