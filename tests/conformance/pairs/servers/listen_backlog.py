"""backlog in each place: one that is small still serves all who come, in their order."""
# rows: 4.listen.options.backlog 4.listen.overloads 4.event.connection

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

Way = Callable[[net.Server, Callable[[], object]], object]


def options_with(backlog: object) -> dict[str, Any]:
    return {"port": 0, "host": "127.0.0.1", "backlog": backlog}


def main() -> None:
    ways: list[Way] = [
        lambda server, done: server.listen(options_with(1), done),
        lambda server, done: server.listen(0, "127.0.0.1", 2, done),
        lambda server, done: server.listen({"path": "s.sock", "backlog": 1}, done),
        lambda server, done: server.listen(options_with(0), done),
        lambda server, done: server.listen(options_with("3"), done),
        lambda server, done: server.listen(options_with(1000000), done),
    ]

    def next_way() -> None:
        if not ways:
            return
        way = ways.pop(0)
        count = 0

        def accept(socket: net.Socket) -> None:
            nonlocal count
            count += 1
            socket.end(f"number {count}")

        server: Any = net.createServer(accept)

        def closed() -> None:
            log("served", count)
            next_way()

        def listening() -> None:
            address = server.address()
            options: dict[str, Any] = (
                {"path": address}
                if isinstance(address, str)
                else {"port": address["port"], "host": "127.0.0.1"}
            )
            left = 3

            def visit() -> None:
                client = net.connect(options)

                def client_closed(failed: bool) -> None:
                    nonlocal left
                    left -= 1
                    if left > 0:
                        visit()
                    else:
                        server.close()

                client.on("data", lambda data: log("data", data))
                client.on("close", client_closed)

            visit()

        server.on("error", lambda error: log("error", error.code))
        server.on("close", closed)
        way(server, listening)

    next_way()


run(main)
