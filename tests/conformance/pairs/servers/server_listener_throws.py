"""An exception in the connection listener ends the program: no later listener, no other event."""
# rows: 8.9 4.event.connection

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        log("connection", socket.readyState)
        net.nextTick(lambda: log("never"))
        socket.on("close", lambda failed: log("never"))
        raise Exception("the listener failed")

    server: Any = net.createServer(accept)
    server.on("connection", lambda socket: log("never"))
    server.on("error", lambda error: log("never"))
    server.on("close", lambda: log("never"))

    def listening() -> None:
        log("listening", server.listening)
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.on("close", lambda failed: log("never"))

    server.listen(0, "127.0.0.1", listening)


run(main)
