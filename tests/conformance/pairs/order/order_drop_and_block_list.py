"""drop is only for maxConnections: an address on the block list is refused without any
event."""

# rows: 8.10 4.event.drop 4.maxConnections 4.option.blockList 2.use.server
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    blockList = net.BlockList()
    blockList.addAddress("127.0.0.9")

    def on_connection(c: net.Socket) -> None:
        log("connection", c.remoteAddress)
        c.on("end", lambda: log("server side end", c.remoteAddress))
        c.resume()

    server = net.createServer({"blockList": blockList}, on_connection)
    server.maxConnections = 1
    watch(server, "server", "error", "close")
    server.on(
        "drop", lambda data: log("drop", data["remoteAddress"], data["localAddress"], sorted(data))
    )

    def on_listening() -> None:
        port = server.address()["port"]

        def connect(localAddress: Any, then: Callable[..., object]) -> Any:
            client = net.connect({"port": port, "host": "127.0.0.1", "localAddress": localAddress})
            watch(client, "client", "end", "close")
            client.on("error", lambda error: log("client error", error.code))
            client.resume()
            return client.on("close", then)

        def on_refused(*_: object) -> None:
            held = connect("127.0.0.8", lambda *_: server.close())

            def on_connect() -> None:
                def on_dropped(*_: object) -> None:
                    connect("127.0.0.9", lambda *_: held.end())

                connect("127.0.0.7", on_dropped)

            held.on("connect", on_connect)

        connect("127.0.0.9", on_refused)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
