"""A path longer than the kernel takes is an error event, never truncated."""
# rows: 1.2 4.event.error 8.7

from __future__ import annotations

import os
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

PATH = "x" * 200


def main() -> None:
    def try_connect() -> None:
        client = net.connect(PATH)

        def failed(error: Any) -> None:
            log("client error", error.code, error.syscall, len(error.address), client.destroyed)

        def closed(failed: bool) -> None:
            log("client close", failed)
            log("files", os.listdir("."))

        client.on("connect", lambda: log("client connect"))
        client.on("error", failed)
        client.on("close", closed)
        log("connect returned", client.connecting)

    server = net.createServer()

    def failed(error: Any) -> None:
        log("server error", error.code, error.syscall, len(error.address), server.listening)
        try_connect()

    server.on("listening", lambda: log("server listening"))
    server.on("close", lambda: log("server close"))
    server.on("error", failed)
    log("listen returned", server.listen(PATH) is server)


run(main)
