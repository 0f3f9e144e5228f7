"""An unref'ed server: its connections hold the program as long as they last."""
# rows: 4.unref 5.unref 4.event.connection

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        log("connection")

        def received(data: bytes) -> None:
            log("server data", data)
            socket.end(data)

        socket.on("data", received)
        socket.on("close", lambda failed: log("server socket close", failed))

    server: Any = net.createServer(accept)
    server.on("close", lambda: log("never"))

    def listening() -> None:
        server.unref()
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.unref()
        client.on("connect", lambda: client.write("hello"))
        client.resume()

    server.listen(0, "127.0.0.1", listening)


run(main)
log("exit")
