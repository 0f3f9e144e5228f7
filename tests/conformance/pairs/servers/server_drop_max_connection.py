"""dropMaxConnection is for cluster workers only: elsewhere drop stays as it is."""
# rows: 4.dropMaxConnection 4.event.drop 4.maxConnections

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        log("connection")
        socket.resume()

    server: Any = net.createServer(accept)
    server.maxConnections = 1
    server.dropMaxConnection = True
    log("set", server.maxConnections, server.dropMaxConnection)

    def dropped(data: Any) -> None:
        log("drop", data["localAddress"], data["remoteAddress"], data["localFamily"])

    server.on("drop", dropped)

    def listening() -> None:
        port = server.address()["port"]

        def one_connected() -> None:
            two = net.connect(port, "127.0.0.1")
            two.resume()

            def two_closed(failed: bool) -> None:
                log("two close", failed, two.bytesRead)
                one.end()
                server.close(lambda: log("closed"))

            two.on("close", two_closed)

        one = net.connect(port, "127.0.0.1", one_connected)
        one.resume()

    server.listen(0, "127.0.0.1", listening)


run(main)
