"""A block list without a rule for the peer lets it in; rules added later count from then on."""
# rows: 4.option.blockList 2.use.server 4.event.connection

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    block_list = net.BlockList()
    block_list.addRange("10.0.0.1", "10.0.0.10")

    def accept(socket: net.Socket) -> None:
        log("connection", socket.remoteAddress, block_list.rules)
        socket.end("welcome")

    server: Any = net.createServer({"blockList": block_list}, accept)
    server.on("drop", lambda data: log("drop", data))

    def visit(label: str, done: Callable[[], object]) -> None:
        client = net.connect({"port": server.address()["port"], "host": "127.0.0.1"})
        received = ""

        def on_data(data: bytes) -> None:
            nonlocal received
            received += data.decode("latin1")

        def closed(failed: bool) -> None:
            log(label, received, failed)
            done()

        client.on("data", on_data)
        client.on("close", closed)

    def after_first() -> None:
        block_list.addSubnet("127.0.0.0", 8)
        visit("second", after_second)

    def after_second() -> None:
        log("rules", block_list.rules)
        server.close(lambda: log("closed"))

    server.listen(0, "127.0.0.1", lambda: visit("first", after_first))


run(main)
