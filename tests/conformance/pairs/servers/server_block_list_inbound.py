"""blockList refuses in silence: no connection, no drop, no error; the client only sees its connection end."""
# rows: 4.option.blockList 2.use.server 8.10 4.getConnections

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    block_list = net.BlockList()
    block_list.addAddress("127.0.0.1")
    block_list.addSubnet("::1", 128, "ipv6")

    def exchange(host: str, done: Callable[[], object]) -> None:
        server: Any = net.createServer({"blockList": block_list})
        watch(server, "server", "connection", "drop", "error", "listening", "close")

        def listening() -> None:
            options = {"port": server.address()["port"], "host": host, "autoSelectFamily": False}
            client = net.connect(options)
            watch(client, "client", "connect", "data", "end", "close")
            client.on("error", lambda error: log("client error", error.code))

            def counted(error: Any, count: int) -> None:
                log("connections", error, count, client.bytesRead)
                server.close(done)

            client.on("close", lambda failed: server.getConnections(counted))
            client.resume()

        server.listen(0, host, listening)

    exchange("127.0.0.1", lambda: exchange("::1", lambda: log("done")))


run(main)
