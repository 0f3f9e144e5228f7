"""The count of connections as a member; Node keeps it only under its old private name."""
# rows: 4.connections 4.getConnections

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def connections(server: net.Server) -> int:
        return server.connections

    def accept(socket: net.Socket) -> None:
        log("connection", connections(server))
        socket.resume()
        socket.on("end", lambda: log("end", connections(server)))
        socket.on("close", lambda failed: log("socket close", connections(server)))

    server: Any = net.createServer(accept)
    log("before listen", connections(server))
    server.on("close", lambda: log("close", connections(server)))

    def listening() -> None:
        log("listening", connections(server))
        client: net.Socket = net.connect(
            server.address()["port"], "127.0.0.1", lambda: client.end("x")
        )
        client.on("close", lambda failed: server.close())

    server.listen(0, "127.0.0.1", listening)


run(main)
