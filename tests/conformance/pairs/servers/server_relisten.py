"""After close a server may listen again, elsewhere; the old callback isn't called twice."""
# rows: 4.close 4.event.listening 4.address

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server: Any = net.createServer(lambda socket: socket.end("hello"))
    watch(server, "server", "listening", "close")

    def visit(options: dict[str, Any], done: Callable[[], object]) -> None:
        client = net.connect(options)
        client.on("data", lambda data: log("data", data))
        client.on("close", lambda failed: done())

    def first() -> None:
        port = server.address()["port"]
        log("first callback", server.address())
        visit({"port": port, "host": "127.0.0.1"}, lambda: server.close(closed))

    def closed() -> None:
        log("closed", server.address())
        server.listen("s.sock", second)

    def second() -> None:
        log("second callback", server.address(), os.path.exists("s.sock"))
        visit(
            {"path": "s.sock"},
            lambda: server.close(lambda: log("end", os.path.exists("s.sock"))),
        )

    server.listen(0, "127.0.0.1", first)


run(main)
