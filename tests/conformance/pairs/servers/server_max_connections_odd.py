"""maxConnections as text, as nothing, below zero, as no number: what counts as a limit."""
# rows: 4.maxConnections 4.event.drop

from __future__ import annotations

import math
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    limits: list[Any] = [
        None,
        None,
        "0",
        "1",
        "many",
        -1,
        0.5,
        math.nan,
        True,
        False,
        math.inf,
    ]

    def accept(socket: net.Socket) -> None:
        log("connection")
        socket.end()

    server: Any = net.createServer(accept)
    server.on("drop", lambda data: log("drop", data["localFamily"]))

    def next_limit() -> None:
        if not limits:
            server.close(lambda: log("closed"))
            return
        limit = limits.pop(0)
        server.maxConnections = limit
        log("limit", limit > 0 if type(limit) in (int, float) else limit)
        client = net.connect(server.address()["port"], "::1")
        client.resume()

        def counted(error: Any, count: int) -> None:
            if count == 0:
                next_limit()
            else:
                net.setImmediate(lambda: net.setTimeout(next_limit, 20))

        client.on("close", lambda failed: server.getConnections(counted))

    server.listen(0, "::1", next_limit)


run(main)
