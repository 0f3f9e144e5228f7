"""maxConnections 0 drops every connection, on IPv6 too."""
# rows: 4.maxConnections 4.event.drop

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server: Any = net.createServer(lambda socket: log("connection"))
    server.maxConnections = 0
    watch(server, "server", "connection", "drop", "close")

    def listening() -> None:
        client = net.connect({"port": server.address()["port"], "host": "::1"})

        def closed(failed: bool) -> None:
            server.getConnections(lambda error, count: log("connections", error, count))
            server.close(lambda: log("client close", failed))

        client.on("error", lambda error: log("client error", error.code))
        client.on("close", closed)
        client.resume()

    server.listen(0, "::1", listening)


run(main)
