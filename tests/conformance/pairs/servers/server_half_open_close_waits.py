"""close() waits for a half-open connection until both directions have ended."""
# rows: 4.close 4.event.close 4.option.allowHalfOpen 8.2

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

lines: list[tuple[Any, ...]] = []


def main() -> None:
    def accept(socket: net.Socket) -> None:
        server.close()

        def counted(error: Any, count: int) -> None:
            log("still open", error, count)
            socket.end("goodbye")

        def ended() -> None:
            log("server end", socket.readyState, socket.destroyed)
            server.getConnections(counted)

        socket.on("end", ended)
        socket.on("finish", lambda: log("server finish"))
        socket.on("close", lambda failed: log("server socket close", failed))
        socket.resume()

    server = net.createServer({"allowHalfOpen": True}, accept)
    server.on("close", lambda: log("server close"))

    def listening() -> None:
        client = net.connect({"path": "s.sock", "allowHalfOpen": True})
        client.on("data", lambda data: lines.append(("client data", data)))
        client.on("end", lambda: lines.append(("client end", client.readyState)))
        client.on("close", lambda failed: lines.append(("client close", failed)))
        client.end()

    server.listen("s.sock", listening)


run(main)
for line in lines:
    log(*line)
