"""getConnections: asynchronous, counts the open ones, works before listen and after close."""
# rows: 4.getConnections 8.8

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server: Any = net.createServer()

    def count(label: str) -> bool:
        returned = server.getConnections(lambda *values: log(label, *values))
        return returned is server

    log("returned", count("before listen"))
    net.nextTick(lambda: log("tick"))
    held: list[net.Socket] = []

    def connection(socket: net.Socket) -> None:
        held.append(socket)
        log("in the listener", count(f"with {len(held)}"))
        if len(held) < 3:
            net.connect(server.address()["port"], "127.0.0.1").resume()
            return
        held[0].destroy()
        count("one destroyed")
        net.setImmediate(later)

    def later() -> None:
        count("later")
        held[1].destroy()
        held[2].destroy()
        server.close(lambda: log("closed", count("after close")))

    def listen() -> None:
        server.listen(
            0, "127.0.0.1", lambda: net.connect(server.address()["port"], "127.0.0.1").resume()
        )

    server.on("connection", connection)
    net.setImmediate(listen)


run(main)
