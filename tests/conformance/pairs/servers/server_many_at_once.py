"""Ten clients at once: accepted in their order, each with its ticks, close after the last."""
# rows: 4.event.connection 4.getConnections 4.event.close 8.8

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    sockets: list[net.Socket] = []
    clients: list[net.Socket] = []
    answers: list[str] = []

    def accept(socket: net.Socket) -> None:
        number = len(sockets)
        sockets.append(socket)
        log("connection", number, socket.remotePort == clients[number].localPort)
        net.nextTick(lambda: log("tick", number))
        if len(sockets) == len(clients):
            server.getConnections(answer)

    server: Any = net.createServer(accept)

    def answer(error: Any, count: int) -> None:
        log("open", error, count)
        server.close(lambda: net.setImmediate(lambda: log("answers", sorted(answers))))
        for number, socket in enumerate(sockets):
            socket.end(f"you are {number}")

    def listening() -> None:
        for _ in range(10):
            client = net.connect(server.address()["port"], "127.0.0.1")
            client.on("data", lambda data: answers.append(data.decode("latin1")))
            clients.append(client)

    server.listen(0, "127.0.0.1", listening)


run(main)
