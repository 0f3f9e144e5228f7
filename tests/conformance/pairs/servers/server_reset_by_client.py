"""A client that resets: the socket's error, then its close; the server serves on."""
# rows: 8.1 4.event.error 4.event.connection 5.resetAndDestroy

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    count = 0

    def accept(socket: net.Socket) -> None:
        nonlocal count
        count += 1
        label = f"socket {count}"

        def received(data: bytes) -> None:
            log(f"{label} data", data)
            socket.write("answer")

        def failed(error: Any) -> None:
            log(f"{label} error", error, socket.destroyed)

        def closed(failed: bool) -> None:
            log(f"{label} close", failed)
            if count < 2:
                visit(lambda client: client.end())
            else:
                server.close()

        socket.on("data", received)
        socket.on("end", lambda: log(f"{label} end"))
        socket.on("error", failed)
        socket.on("close", closed)

    server: Any = net.createServer(accept)
    watch(server, "server", "error", "close")

    def visit(leave: Callable[[net.Socket], object]) -> None:
        port = server.address()["port"]
        client: net.Socket = net.connect(port, "127.0.0.1", lambda: client.write("question"))
        client.on("data", lambda data: leave(client))

    server.listen(0, "127.0.0.1", lambda: visit(lambda client: client.resetAndDestroy()))


run(main)
