"""An exception in the callback of a write ends the program."""

# rows: 8.9 5.write
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda c: c.resume())

    def on_listening() -> None:
        def on_connect() -> None:
            def on_written(*_: object) -> None:
                log("written")
                raise ValueError("not what I wanted")

            log("write", client.write("x", on_written))
            client.write("y", lambda *_: log("never"))

        client = net.connect(server.address()["port"], "127.0.0.1", on_connect)
        client.on("error", lambda *_: log("never"))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
