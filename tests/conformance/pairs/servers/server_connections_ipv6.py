"""The same over IPv6: addresses of both ends."""
# rows: 4.event.connection 4.address 4.listen.options.host

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        same_port = socket.localPort == server.address()["port"]
        log("server local", socket.localAddress, socket.localFamily, same_port)
        log("server remote", socket.remoteAddress, socket.remoteFamily)

        def closed(failed: bool) -> None:
            log("server socket close", failed, socket.localAddress, socket.remoteAddress)

        socket.on("data", lambda data: log("server data", data))
        socket.on("end", lambda: log("server end"))
        socket.on("close", closed)

    server: Any = net.createServer(accept)

    def listening() -> None:
        address = server.address()
        log("address", address["address"], address["family"])
        client = net.connect(server.address()["port"], "::1")
        lines: list[tuple[Any, ...]] = []

        def connected() -> None:
            lines.append(("client local", client.localAddress, client.localFamily))
            same_port = client.remotePort == server.address()["port"]
            lines.append(("client remote", client.remoteAddress, client.remoteFamily, same_port))
            client.end("six")

        def finish() -> None:
            for line in lines:
                log(*line)

        def closed(failed: bool) -> None:
            lines.append(("client close", failed))
            server.close(lambda: net.setImmediate(finish))

        client.on("connect", connected)
        client.on("close", closed)

    server.listen({"host": "::1", "port": 0}, listening)


run(main)
