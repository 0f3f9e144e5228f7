"""destroy(error) without a listener for error: close does not come any more."""

# rows: 8.9 5.destroy
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        c.on("close", lambda *_: log("never"))
        c.destroy(RuntimeError("thrown out"))
        log("destroyed", c.destroyed)
        net.nextTick(lambda: log("a tick before"))

    server = net.createServer(on_connection)

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.on("error", lambda *_: None)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
