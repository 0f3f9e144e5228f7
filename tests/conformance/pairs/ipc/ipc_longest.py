"""A path of exactly 107 bytes works, bytes counted and not characters."""
# rows: 1.2 1.4

from __future__ import annotations

import os

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    paths = ["y" * 107, "é" * 53]

    def next_path() -> None:
        if not paths:
            return
        path = paths.pop(0)
        server = net.createServer(lambda socket: socket.end("ok"))

        def closed() -> None:
            log("close", os.listdir("."))
            next_path()

        def listening() -> None:
            log("listening", server.address() == path, len(os.listdir(".")))
            client = net.connect(path)
            client.on("data", lambda data: log("data", data))

            def client_closed(failed: bool) -> None:
                log("client close", failed)
                server.close()

            client.on("close", client_closed)

        server.on("error", lambda error: log("error", error.code))
        server.on("close", closed)
        server.listen(path, listening)

    next_path()


run(main)
