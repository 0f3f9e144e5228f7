"""Closing a server that is not open: a close event all the same, the callback gets the error."""
# rows: 4.close 4.event.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()
    server.on("close", lambda *values: log("close", *values))
    server.on("error", lambda error: log("never"))
    log("returned", server.close(lambda error: log("callback", error)) is server)
    log("no callback", server.close() is server)
    net.nextTick(lambda: log("tick"))
    text: Any = "not a function"

    def later() -> None:
        returned = server.close(lambda error: log("second callback", error.code))
        log("again", returned is server)
        server.close(text)
        log("after")

    net.setImmediate(later)


run(main)
