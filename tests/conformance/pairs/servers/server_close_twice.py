"""Closing twice while connections last: the second callback gets ERR_SERVER_NOT_RUNNING; close comes once."""
# rows: 4.close 4.event.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        log("first", server.close(lambda error=None: log("first callback", error)) is server)
        log("second", server.close(lambda error=None: log("second callback", error)) is server)
        socket.resume()
        socket.on("end", lambda: log("server end"))
        socket.on("close", lambda failed: log("server socket close"))

    server: Any = net.createServer(accept)
    server.on("close", lambda: log("close", server.listenerCount("close")))

    def listening() -> None:
        client: net.Socket = net.connect(
            server.address()["port"], "127.0.0.1", lambda: client.end("x")
        )

    server.listen(0, "127.0.0.1", listening)


run(main)
