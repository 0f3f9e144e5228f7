"""An exception in a drop listener ends the program."""
# rows: 8.9 4.event.drop

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server: Any = net.createServer()
    server.maxConnections = 0

    def dropped(data: Any) -> None:
        log("drop", data["remoteAddress"])
        raise Exception("no drop please")

    server.on("drop", dropped)

    def listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.on("close", lambda failed: log("never"))

    server.listen(0, "127.0.0.1", listening)


run(main)
