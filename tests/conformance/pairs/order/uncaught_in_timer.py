"""An exception in a timer, while a server listens and a connection is open."""

# rows: 8.9
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda c: c.resume())

    def on_listening() -> None:
        def on_connect() -> None:
            log("connected")

            def on_timer() -> None:
                log("timer", client.readyState)
                raise RuntimeError("time is up")

            net.setTimeout(on_timer, 5)
            net.setTimeout(lambda: log("never"), 50)

        client = net.connect(server.address()["port"], "127.0.0.1", on_connect)
        client.on("close", lambda *_: log("never"))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
