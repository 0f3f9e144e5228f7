"""An exception in a data listener is no error event of the socket; it ends the program."""

# rows: 8.9 5.event.data 5.event.error
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda c: c.end("data"))

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.on("error", lambda *_: log("never"))

        def on_data(data: bytes) -> None:
            log("first listener", data)
            net.setImmediate(lambda: log("never"))
            raise TypeError("cannot digest this")

        client.on("data", on_data)
        client.on("data", lambda *_: log("never"))
        client.on("close", lambda *_: log("never"))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
