"""Every way to listen at a path; port beats path, and a numeric string is a port."""
# rows: 1.1 4.listen.options.path 4.listen.overloads 4.listen.options.backlog 4.address

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

Way = Callable[[net.Server, Callable[[], object]], net.Server]


def main() -> None:
    port_and_path = {"path": "a.sock", "port": 0, "host": "127.0.0.1"}
    ways: list[tuple[str, Way]] = [
        ("path", lambda server, done: server.listen("a.sock", done)),
        ("path backlog", lambda server, done: server.listen("a.sock", 5, done)),
        ("options path", lambda server, done: server.listen({"path": "a.sock"}, done)),
        (
            "options backlog",
            lambda server, done: server.listen({"path": "a.sock", "backlog": 1}, done),
        ),
        (
            "options exclusive",
            lambda server, done: server.listen({"path": "a.sock", "exclusive": True}, done),
        ),
        ("port beats path", lambda server, done: server.listen(port_and_path, done)),
        ("numeric string", lambda server, done: server.listen("0", done)),
    ]

    def next_way() -> None:
        if not ways:
            return
        label, way = ways.pop(0)
        server: Any = net.createServer()

        def closed() -> None:
            log(f"{label} close", server.listening, os.path.exists("a.sock"))
            next_way()

        def listening() -> None:
            address = server.address()
            shown = address if isinstance(address, str) else address["family"]
            log(f"{label} listening", shown, os.path.exists("a.sock"))
            server.close()

        server.on("close", closed)
        returned = way(server, listening)
        log(f"{label} returned", returned is server, server.listening)

    next_way()


run(main)
