"""A place that becomes free is given to the next; maxConnections may change while running."""
# rows: 4.event.drop 4.maxConnections 4.event.connection

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    waiting: Callable[[], None]

    def accept(socket: net.Socket) -> None:
        log("connection")
        socket.end("in")
        socket.on("close", lambda failed: waiting())

    server: Any = net.createServer(accept)

    def dropped(data: Any) -> None:
        log("drop", data["remoteAddress"], data["remoteFamily"])
        waiting()

    server.on("drop", dropped)

    def visit(label: str, done: Callable[[], object]) -> None:
        nonlocal waiting
        client = net.connect({"port": server.address()["port"], "host": "127.0.0.1"})
        received = ""
        left = 2

        def one_less() -> None:
            nonlocal left
            left -= 1
            if left > 0:
                return
            log(label, received)
            done()

        def on_data(data: bytes) -> None:
            nonlocal received
            received += data.decode("latin1")

        waiting = one_less
        client.on("data", on_data)
        client.on("close", lambda failed: waiting())

    def listening() -> None:
        server.maxConnections = 1
        visit("one", lambda: visit("two", no_room))

    def no_room() -> None:
        server.maxConnections = 0
        log("limit", server.maxConnections)
        visit("three", room)

    def room() -> None:
        server.maxConnections = None
        visit("four", lambda: server.close(lambda: log("closed")))

    server.listen(0, "127.0.0.1", listening)


run(main)
