"""The server ends first: with allowHalfOpen on the client's side it still hears what the client says."""
# rows: 8.2 4.option.allowHalfOpen 5.end

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

lines: list[tuple[Any, ...]] = []


def main() -> None:
    def accept(socket: net.Socket) -> None:
        def closed(failed: bool) -> None:
            log("server socket close", failed, socket.bytesRead, socket.bytesWritten)

        socket.on("data", lambda data: log("server data", data, socket.readyState))
        socket.on("finish", lambda: log("server finish", socket.readyState))
        socket.on("end", lambda: log("server end", socket.readyState))
        socket.on("close", closed)
        log("end", socket.end("my last words") is socket, socket.readyState)

    server = net.createServer(accept)

    def listening() -> None:
        client = net.connect({"path": "s.sock", "allowHalfOpen": True})

        def ended() -> None:
            lines.append(("client end", client.readyState))
            client.end("but I go on")

        def closed(failed: bool) -> None:
            lines.append(("client close", failed))
            server.close()

        client.on("data", lambda data: lines.append(("client data", data)))
        client.on("end", ended)
        client.on("error", lambda error: lines.append(("client error", error.code)))
        client.on("close", closed)

    server.listen("s.sock", listening)


run(main)
for line in lines:
    log(*line)
