"""The server's close precedes the last socket's own close, however the socket ends."""
# rows: 4.event.close 4.close 8.1

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    ways: list[tuple[str, Callable[[net.Socket], object]]] = [
        ("end", lambda socket: socket.end()),
        ("destroy", lambda socket: socket.destroy()),
        ("destroy with error", lambda socket: socket.destroy(Exception("enough"))),
        ("resetAndDestroy", lambda socket: socket.resetAndDestroy()),
        ("destroySoon", lambda socket: socket.destroySoon()),
    ]

    def next_way() -> None:
        if not ways:
            return
        label, way = ways.pop(0)

        def accept(socket: net.Socket) -> None:
            def closed(failed: bool) -> None:
                log(f"{label} socket close", failed)
                net.setImmediate(next_way)

            socket.resume()
            socket.on("error", lambda error: log(f"{label} socket error", error))
            socket.on("close", closed)
            server.close()
            log(f"{label} returned", way(socket) is socket, socket.destroyed)

        server: Any = net.createServer(accept)
        server.on("close", lambda: log(f"{label} server close"))

        def listening() -> None:
            client = net.connect(server.address()["port"], "127.0.0.1")
            client.on("error", lambda error: None)
            client.resume()

        server.listen(0, "127.0.0.1", listening)

    next_way()


run(main)
