"""close() and listen() again in the same breath, with no connection and with one."""
# rows: 4.close 4.event.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server: Any = net.createServer()
    server.on("listening", lambda: log("listening", server.address()["family"]))
    server.on("close", lambda: log("close", server.listening))

    def again() -> None:
        log("second callback")
        server.close(lambda: log("last callback"))

    def once() -> None:
        server.close(lambda: log("close callback"))
        server.listen(0, "::1", again)
        log("after", server.listening)

    server.once("listening", once)
    server.listen(0, "127.0.0.1")


run(main)
