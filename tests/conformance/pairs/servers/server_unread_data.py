"""With unread data neither end nor close comes, and the server's close waits too."""
# rows: 8.4 8.2 4.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        socket.pause()
        server.close()

        def later() -> None:
            log("after a while", socket.readableEnded, socket.destroyed, socket.readyState)
            socket.resume()

        socket.on("data", lambda data: log("server data", data))
        socket.on("end", lambda: log("server end"))
        socket.on("close", lambda failed: log("server socket close", failed))
        net.setTimeout(later, 40)

    server: Any = net.createServer(accept)
    server.on("close", lambda: log("server close"))

    def listening() -> None:
        client: net.Socket = net.connect(
            server.address()["port"], "127.0.0.1", lambda: client.end("unread")
        )

    server.listen(0, "127.0.0.1", listening)


run(main)
