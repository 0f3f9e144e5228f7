"""Odd arguments that listen() takes: null in each place, an empty path, fractions, a host that is a callback."""
# rows: 4.listen.overloads 4.listen.options.backlog 4.listen.options.path 4.listen.options.port

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    ways: list[tuple[str, Callable[[Any], object]]] = [
        ("null", lambda server: server.listen(None)),
        ("port null", lambda server: server.listen({"port": None})),
        ("null host", lambda server: server.listen(0, None)),
        ("host null", lambda server: server.listen({"port": 0, "host": None})),
        ("empty host", lambda server: server.listen(0, "")),
        ("negative backlog", lambda server: server.listen({"port": 0, "backlog": -1})),
        ("backlog text", lambda server: server.listen({"port": 0, "backlog": "many"})),
        ("backlog fraction", lambda server: server.listen({"port": 0, "backlog": 1.5})),
        ("port exponent", lambda server: server.listen("0e3")),
        ("port blanks", lambda server: server.listen(" 0 ")),
        ("port plus", lambda server: server.listen("+0")),
        ("port negative zero", lambda server: server.listen("-0")),
        ("port false path", lambda server: server.listen({"port": 0, "path": "x.sock"})),
        ("empty path", lambda server: server.listen({"path": ""})),
        ("path and port null", lambda server: server.listen({"port": None, "path": "x.sock"})),
    ]

    def next_way() -> None:
        if not ways:
            return
        label, way = ways.pop(0)
        server: Any = net.createServer()

        def failed(error: Any) -> None:
            log(f"{label} error", error.code, error.syscall)
            next_way()

        def listening() -> None:
            address = server.address()
            if address is None or isinstance(address, str):
                log(f"{label} listening", address)
            else:
                log(f"{label} listening", address["address"], address["family"])
            server.close()

        server.on("error", failed)
        server.on("close", next_way)
        server.on("listening", listening)
        try:
            way(server)
        except Exception as error:
            log(f"{label} threw", error)
            net.setImmediate(next_way)

    next_way()


run(main)
