"""A server that destroys a socket over unread data resets it: the client's error, then its close."""
# rows: 8.1 4.option.pauseOnConnect 5.destroy

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    client: Any = None

    def accept(socket: net.Socket) -> None:
        lines: list[tuple[Any, ...]] = []

        def closed(failed: bool) -> None:
            log("server socket close", failed, socket.bytesRead)
            server.close()

        socket.on("close", closed)
        socket.write("hello")

        def wrote(*_: object) -> None:
            lines.append(("client wrote",))
            socket.destroy()

        def received(data: bytes) -> None:
            lines.append(("client data", data))
            client.write("never read", wrote)

        def later() -> None:
            for line in lines:
                log(*line)

        def client_closed(failed: bool) -> None:
            lines.append(("client close", failed))
            net.setImmediate(later)

        client.once("data", received)
        client.on("end", lambda: lines.append(("client end",)))
        client.on("error", lambda error: lines.append(("client error", error)))
        client.on("close", client_closed)

    server: Any = net.createServer({"pauseOnConnect": True}, accept)

    def listening() -> None:
        nonlocal client
        client = net.connect(server.address()["port"], "127.0.0.1")

    server.listen(0, "127.0.0.1", listening)


run(main)
