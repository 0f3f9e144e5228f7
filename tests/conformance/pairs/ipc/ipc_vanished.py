"""A client that is gone before it is accepted: the server meets it all the same, and its end."""
# rows: 1.1 4.event.connection 8.1

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

lines: list[tuple[Any, ...]] = []


def main() -> None:
    def accept(socket: net.Socket) -> None:
        log("connection", socket.readyState, socket.destroyed)

        def closed(failed: bool) -> None:
            log("server socket close", failed)
            server.close()

        socket.on("data", lambda data: log("never"))
        socket.on("end", lambda: log("server end"))
        socket.on("error", lambda error: log("server error", error.code))
        socket.on("close", closed)

    server = net.createServer(accept)
    server.on("close", lambda: log("server close"))

    def listening() -> None:
        client = net.connect("s.sock", lambda: lines.append(("never",)))
        client.on("close", lambda *values: lines.append(("client close", *values)))
        client.on("error", lambda error: lines.append(("client error", error)))
        is_client = client.destroy() is client
        lines.append(("destroy", is_client, client.connecting, client.destroyed))

    server.listen("s.sock", listening)


run(main)
for line in lines:
    log(*line)
