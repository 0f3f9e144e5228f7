"""An address that the block list of the client refuses: one attempt, ERR_IP_BLOCKED, no
failed attempt."""

# rows: 6.option.blockList 5.option.blockList 2.use.connect 8.10
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    blockList = net.BlockList()
    blockList.addAddress("127.0.0.1")
    blockList.addSubnet("::1", 128, "ipv6")
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        port = server.address()["port"]
        hosts = ["127.0.0.1", "::1", "127.0.0.2", "::ffff:127.0.0.1"]

        def next_one(*_: object) -> None:
            host = hosts.pop(0) if hosts else None
            if host is None:
                server.close()
                return
            client = net.Socket({"blockList": blockList})
            events = [
                "lookup",
                "connectionAttempt",
                "connectionAttemptFailed",
                "connect",
                "error",
                "close",
            ]
            watch(client, "client", *events)
            client.connect({"port": port, "host": host})
            log("returned", host, client.connecting, client.destroyed)
            client.resume()
            client.on("close", next_one)

        next_one()

    server.listen(0, on_listening)


run(main)
