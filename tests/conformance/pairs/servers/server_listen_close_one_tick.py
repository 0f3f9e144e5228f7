"""listen() and close() in one tick: only close, however it was bound."""
# rows: 4.event.listening 4.event.close 4.close

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    ways: list[tuple[str, Callable[[net.Server], object]]] = [
        ("port", lambda server: server.listen(0, lambda: log("callback"))),
        ("port and host", lambda server: server.listen(0, "127.0.0.1", lambda: log("callback"))),
        ("path", lambda server: server.listen("s.sock", lambda: log("callback"))),
    ]

    def next_way() -> None:
        if not ways:
            return
        label, way = ways.pop(0)
        server = net.createServer()
        watch(server, label, "listening", "error", "close")
        way(server)
        log(f"{label} listening", server.listening)

        def later() -> None:
            log(f"{label} later", server.listening)
            next_way()

        def closed(error: Any = None) -> None:
            log(f"{label} close callback", error)
            net.setImmediate(later)

        server.close(closed)
        log(f"{label} close returned", server.listening)

    next_way()


run(main)
