"""A client that is destroyed in its connect callback, and one that is before it connects."""
# rows: 4.event.connection 4.event.close 8.1 5.destroy

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    count = 0

    def accept(socket: net.Socket) -> None:
        nonlocal count
        count += 1
        log("connection", count, socket.remoteFamily)
        socket.resume()

        def closed(failed: bool) -> None:
            log("server socket close", failed)
            server.close(lambda: log("server close", count))

        socket.on("end", lambda: log("server end"))
        socket.on("error", lambda error: log("server error", error.code))
        socket.on("close", closed)

    server: Any = net.createServer(accept)

    def listening() -> None:
        port = server.address()["port"]
        early = net.connect(port, "127.0.0.1", lambda: log("never"))
        log("early", early.destroy() is early, early.destroyed, early.connecting)

        def early_closed(*values: object) -> None:
            log("early close", *values)
            late: net.Socket = net.connect(port, "127.0.0.1", lambda: late.destroy())

        early.on("close", early_closed)

    server.listen(0, "127.0.0.1", listening)


run(main)
