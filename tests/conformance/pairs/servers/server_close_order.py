"""Three sockets that are destroyed at once, and the server with them: who closes when."""
# rows: 4.event.close 8.8 4.getConnections

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    sockets: list[net.Socket] = []

    def accept(socket: net.Socket) -> None:
        number = len(sockets)
        sockets.append(socket)

        def closed(_: bool) -> None:
            log("socket close", number)
            server.getConnections(lambda error, count: log("count", number, count))
            net.nextTick(lambda: log("tick", number))

        socket.on("close", closed)
        if len(sockets) < 3:
            return
        for each in sockets:
            each.destroy()
        server.close(lambda: log("close callback"))
        server.getConnections(lambda error, count: log("count at once", count))
        net.setImmediate(lambda: log("immediate"))

    server: Any = net.createServer(accept)
    server.on("close", lambda: log("server close"))

    def listening() -> None:
        for _ in range(3):
            net.connect(server.address()["port"], "127.0.0.1").resume()

    server.listen(0, "127.0.0.1", listening)


run(main)
