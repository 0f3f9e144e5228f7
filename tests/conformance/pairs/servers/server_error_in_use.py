"""EADDRINUSE: an event after listen() returned, no close, no callback; the server may try again."""
# rows: 4.event.error 4.listen.options.port 8.7

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    first: Any = net.createServer()
    second = net.createServer()
    watch(second, "second", "listening", "close")

    def failed(error: Any) -> None:
        log("second error", error, second.listening, second.address())

        def again() -> None:
            log("first closed")
            returned = second.listen(error.port, "127.0.0.1", lambda: log("second callback"))
            log("again", returned is second)

        def later() -> None:
            log("no close came")
            first.close(again)

        net.setImmediate(later)

    def listening() -> None:
        port = first.address()["port"]
        returned = second.listen(port, "127.0.0.1", lambda: log("callback"))
        log("returned", returned is second, second.listening)

    second.on("error", failed)
    second.once("listening", lambda: second.close())
    first.listen(0, "127.0.0.1", listening)


run(main)
