"""address() before, while and after, for each way to bind."""
# rows: 4.address 4.listening

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

Way = Callable[[net.Server, Callable[[], object]], object]


def main() -> None:
    ways: list[tuple[str, Way]] = [
        ("port", lambda server, done: server.listen(0, done)),
        ("port and IPv4", lambda server, done: server.listen(0, "127.0.0.1", done)),
        ("port and IPv6", lambda server, done: server.listen(0, "::1", done)),
        ("options", lambda server, done: server.listen({"port": 0, "host": "0.0.0.0"}, done)),
    ]

    def next_way() -> None:
        if not ways:
            return
        label, way = ways.pop(0)
        server: Any = net.createServer()
        log(f"{label} before", server.address(), server.listening)

        def closed() -> None:
            log(f"{label} closed", server.address())
            next_way()

        def listening() -> None:
            address = server.address()
            log(f"{label} listening", address, len(address))
            server.close(closed)
            log(f"{label} closing", server.address())

        way(server, listening)
        log(f"{label} at once", server.address() is None, server.listening)

    next_way()


run(main)
