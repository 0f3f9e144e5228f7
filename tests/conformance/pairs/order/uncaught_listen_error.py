"""A listen() that fails without a listener for error."""

# rows: 8.9 8.7 4.event.error
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    first = net.createServer()

    def on_first_listening() -> None:
        second = net.createServer()
        second.on("close", lambda *_: log("never"))
        second.listen(first.address()["port"], "127.0.0.1", lambda: log("never"))
        log("listen returned", second.listening)

    first.listen(0, "127.0.0.1", on_first_listening)


run(main)
