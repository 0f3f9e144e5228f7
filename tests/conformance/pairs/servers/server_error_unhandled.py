"""An error event with no listener ends the program with that error."""
# rows: 8.9 4.event.error

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    first: Any = net.createServer()

    def listening() -> None:
        second = net.createServer()
        second.on("close", lambda: log("never"))
        second.listen(first.address()["port"], "127.0.0.1", lambda: log("never"))
        net.setImmediate(lambda: net.setTimeout(lambda: log("never"), 500))
        log("waiting")

    first.listen(0, "127.0.0.1", listening)


run(main)
