"""maxConnections comes before the block list: a blocked peer over the limit is a drop."""
# rows: 4.option.blockList 4.maxConnections 4.event.drop 8.10

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    block_list = net.BlockList()
    block_list.addAddress("127.0.0.1")
    server: Any = net.createServer({"blockList": block_list}, lambda socket: log("never"))
    server.on("drop", lambda data: log("drop", data["remoteAddress"], data["remotePort"]))

    def visit(label: str, done: Callable[[], object]) -> None:
        client = net.connect({"port": server.address()["port"], "host": "127.0.0.1"})
        client.on("error", lambda error: log("error", error.code))
        client.resume()

        def closed(failed: bool) -> None:
            log(label, failed, client.bytesRead)
            done()

        client.on("close", closed)

    def full() -> None:
        server.maxConnections = 0
        visit("dropped", lambda: server.close(lambda: log("closed")))

    server.listen(0, "127.0.0.1", lambda: visit("blocked", full))


run(main)
