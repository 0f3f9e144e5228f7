"""The same over a Unix socket, where all of them are accepted in one batch, some dropped."""
# rows: 4.event.connection 4.event.drop 8.8 8.10

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    clients: list[net.Socket] = []
    count = 0
    dropped = 0

    def accept(socket: net.Socket) -> None:
        nonlocal count
        number = count
        count += 1
        log("connection", number)
        net.nextTick(lambda: log("tick", number))
        socket.resume()

    server = net.createServer(accept)

    def drop(data: Any = None) -> None:
        nonlocal dropped
        dropped += 1
        log("drop", data)
        net.nextTick(lambda: log("tick after drop"))
        if dropped < 2:
            return
        for client in clients:
            client.end()
        server.close(lambda: log("closed", count, dropped))

    server.on("drop", drop)
    server.maxConnections = 3

    def listening() -> None:
        for _ in range(5):
            client = net.connect("s.sock")
            client.resume()
            clients.append(client)

    server.listen("s.sock", listening)


run(main)
