"""A socket file that nobody serves is not replaced: EADDRINUSE to a server, ECONNREFUSED to a client."""
# rows: 1.4 4.event.error 8.7

from __future__ import annotations

import os
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def connect_to_it() -> None:
        client = net.connect("b.sock")

        def closed(failed: bool) -> None:
            log("client close", failed)
            log("b.sock", os.path.exists("b.sock"))
            os.unlink("b.sock")
            second.listen("b.sock")

        client.on("connect", lambda: log("client connect"))
        client.on("error", lambda error: log("client error", error))
        client.on("close", closed)

    second = net.createServer()

    def second_listening() -> None:
        log("second listening", second.address())
        second.close()

    def second_failed(error: Any) -> None:
        log("second error", error)
        connect_to_it()

    second.on("listening", second_listening)
    second.on("close", lambda: log("second close", os.path.exists("b.sock")))
    second.on("error", second_failed)

    first = net.createServer()

    def first_listening() -> None:
        os.link("a.sock", "b.sock")
        first.close()

    def first_closed() -> None:
        log("first close", os.path.exists("a.sock"), os.path.exists("b.sock"))
        second.listen("b.sock")

    first.listen("a.sock", first_listening)
    first.on("close", first_closed)


run(main)
