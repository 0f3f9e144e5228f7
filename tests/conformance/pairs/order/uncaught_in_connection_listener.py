"""An exception in the connection listener ends the program: nothing runs after it, not even
the client's events."""

# rows: 8.9 4.event.connection
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        log("connection", c.remoteAddress)
        net.nextTick(lambda: log("never"))
        raise net.NodeError("the listener failed", "MINE")

    server = net.createServer(on_connection)
    server.on("error", lambda *_: log("never"))

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.on("close", lambda *_: log("never"))
        client.on("data", lambda *_: log("never"))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
