"""allowHalfOpen: after the client's FIN the server still speaks; without it, it ends by itself."""
# rows: 4.option.allowHalfOpen 8.2 4.event.connection

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def exchange(options: dict[str, Any], done: Callable[[], object] | None = None) -> None:
        lines: list[tuple[Any, ...]] = []

        def accept(socket: net.Socket) -> None:
            log("half open", socket.allowHalfOpen)

            def ended() -> None:
                log("server end", socket.readyState, socket.writable)
                net.setImmediate(later)

            def later() -> None:
                log("server later", socket.readyState, socket.writable, socket.writableEnded)
                if socket.writable:
                    socket.end("late words")

            socket.on("data", lambda data: log("server data", data))
            socket.on("end", ended)
            socket.on("finish", lambda: log("server finish"))
            socket.on("close", lambda failed: log("server socket close", failed))

        server: Any = net.createServer(options, accept)

        def listening() -> None:
            client = net.connect(server.address()["port"], "127.0.0.1")

            def finish() -> None:
                for line in lines:
                    log(*line)
                if done:
                    done()

            def closed(failed: bool) -> None:
                lines.append(("client close", failed))
                server.close(lambda: net.setImmediate(finish))

            client.on("connect", lambda: client.end("over"))
            client.on("data", lambda data: lines.append(("client data", data)))
            client.on("end", lambda: lines.append(("client end",)))
            client.on("close", closed)

        server.listen(0, "127.0.0.1", listening)

    exchange(
        {"allowHalfOpen": True},
        lambda: exchange({"allowHalfOpen": False}, lambda: exchange({})),
    )


run(main)
