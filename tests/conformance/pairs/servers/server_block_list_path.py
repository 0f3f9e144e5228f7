"""A block list says nothing of Unix sockets."""
# rows: 4.option.blockList 1.1 2.use.server

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    block_list = net.BlockList()
    block_list.addSubnet("0.0.0.0", 0)
    block_list.addSubnet("::", 0, "ipv6")

    def accept(socket: net.Socket) -> None:
        log("connection", block_list.rules)
        socket.end("welcome")

    server = net.createServer({"blockList": block_list}, accept)
    server.on("drop", lambda: log("drop"))

    def listening() -> None:
        client = net.connect({"path": "s.sock"})
        client.on("data", lambda data: log("data", data))
        client.on("close", lambda failed: server.close(lambda: log("closed", failed)))

    server.listen("s.sock", listening)


run(main)
