"""Paths that cannot be served or reached: which code each gives, at which end."""
# rows: 1.1 4.event.error 8.1

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

Path("plain").write_text("text")
os.mkdir("directory")


def main() -> None:
    paths = ["missing/s.sock", "plain", "plain/s.sock", "directory"]

    def connect_to(path: str, done: Callable[[], object]) -> None:
        client = net.connect(path)

        def closed(failed: bool) -> None:
            log("connect close", failed)
            done()

        client.on(
            "error",
            lambda error: log("connect error", error, client.destroyed, client.connecting),
        )
        client.on("close", closed)

    def next_path() -> None:
        if not paths:
            log("plain", Path("plain").read_text())
            return
        path = paths.pop(0)
        server = net.createServer()

        def failed(error: Any) -> None:
            log("listen error", error, server.listening)
            connect_to(path, next_path)

        server.on("listening", lambda: log("listening", server.address()))
        server.on("error", failed)
        server.listen(path)

    next_path()


run(main)
