"""A dual-stack server meets an IPv4 peer as a mapped address, and the IPv4 rule holds."""
# rows: 4.option.blockList 2.use.server 8.10

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    block_list = net.BlockList()
    block_list.addAddress("127.0.0.1", "ipv4")

    def accept(socket: net.Socket) -> None:
        log("connection", socket.remoteAddress, socket.remoteFamily)
        socket.end("hello")

    server: Any = net.createServer({"blockList": block_list}, accept)
    watch(server, "server", "drop", "error")

    def visit(host: str, done: Callable[[], object]) -> None:
        client = net.connect({"port": server.address()["port"], "host": host})

        def closed(failed: bool) -> None:
            log(f"{host} close", failed)
            done()

        client.on("data", lambda data: log(f"{host} data", data))
        client.on("error", lambda error: log(f"{host} error", error.code))
        client.on("close", closed)

    def finish() -> None:
        server.close(lambda: log("closed"))

    server.listen(0, lambda: visit("127.0.0.1", lambda: visit("::1", finish)))


run(main)
