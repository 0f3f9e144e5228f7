"""Every form of the constructor and the factory, and what a new server says of itself."""
# rows: 4.listening 4.address 4.maxConnections 7.createServer 4.event.connection

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def listener(*_: object) -> None:
    pass


def main() -> None:
    ways: list[tuple[str, Callable[[], net.Server]]] = [
        ("Server nothing", lambda: net.Server()),
        ("Server listener", lambda: net.Server(listener)),
        ("Server options", lambda: net.Server({"allowHalfOpen": True})),
        ("Server options listener", lambda: net.Server({"allowHalfOpen": True}, listener)),
        ("createServer nothing", lambda: net.createServer()),
        ("createServer listener", lambda: net.createServer(listener)),
        ("createServer options", lambda: net.createServer({"pauseOnConnect": True})),
        ("createServer options listener", lambda: net.createServer({}, listener)),
        ("createServer null listener", lambda: net.createServer(None, listener)),
    ]
    for label, way in ways:
        server = way()
        log(
            label,
            isinstance(server, net.Server),
            server.listenerCount("connection"),
            server.listening,
            server.address(),
        )

    server = net.createServer(listener)
    log("listeners", server.listeners("connection")[0] is listener, server.eventNames())
    log("limits", server.maxConnections, server.dropMaxConnection)
    wrong: list[Any] = [5, "options", True]
    attempt("options a number", lambda: net.createServer(wrong[0]))
    attempt("options a string", lambda: net.createServer(wrong[1]))
    attempt("options a boolean", lambda: net.createServer(wrong[2]))


run(main)
