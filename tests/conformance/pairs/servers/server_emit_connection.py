"""A program may emit connection itself: the listeners run, the count stays."""
# rows: 4.event.connection 4.getConnections 4.close

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        log("connection", socket.server is None, socket.readyState, socket.pending)
        socket.on("close", lambda *values: log("socket close", *values))

    server = net.createServer(accept)
    log("emit", server.emit("connection", net.Socket()))
    server.getConnections(lambda error, count: log("count", error, count))

    def listening() -> None:
        socket = net.Socket()
        log("emit", server.emit("connection", socket), server.emit("drop"))
        socket.destroy()
        server.close(lambda: log("closed"))

    server.listen("s.sock", listening)


run(main)
