"""The echo server of the manual, line by line, over TCP and over a Unix socket."""
# rows: 4.event.connection 5.stream.pipe 4.event.listening 4.close 1.1

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def exchange(place: dict[str, Any], done: Callable[[], object]) -> None:
    lines: list[str] = []

    def accept(c: net.Socket) -> None:
        log("client connected")
        c.on("end", lambda: log("client disconnected"))
        c.write("hello\r\n")
        c.pipe(c)

    server: Any = net.createServer(accept)

    def failed(error: Exception) -> None:
        raise error

    server.on("error", failed)

    def listening() -> None:
        log("server bound")
        client = net.createConnection(
            place if "path" in place else {"port": server.address()["port"], "host": place["host"]},
            lambda: lines.append("connected to server!"),
        )

        def hello(data: bytes) -> None:
            lines.append(data.decode("latin1"))
            client.write("world!\r\n")
            client.once("data", world)

        def world(more: bytes) -> None:
            lines.append(more.decode("latin1"))
            client.end()

        def finish() -> None:
            log("client", lines)
            done()

        client.once("data", hello)
        client.on("end", lambda: lines.append("disconnected from server"))
        client.on("close", lambda failed: server.close(finish))

    server.listen(place, listening)


def main() -> None:
    exchange(
        {"port": 0, "host": "127.0.0.1"},
        lambda: exchange({"path": "echo.sock"}, lambda: log("done")),
    )


run(main)
