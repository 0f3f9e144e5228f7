"""What both sockets of a Unix connection say of themselves."""
# rows: 1.1 4.event.connection 5.address

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def describe(label: str, socket: net.Socket) -> None:
        log(f"{label} local", socket.localAddress, socket.localPort, socket.localFamily)
        log(f"{label} remote", socket.remoteAddress, socket.remotePort, socket.remoteFamily)
        log(f"{label} address", socket.address(), socket.readyState, socket.pending)

    server = net.createServer()

    def connection(socket: net.Socket) -> None:
        log("server of the socket", socket.server is server)
        describe("server", socket)

        def received(data: bytes) -> None:
            log("server data", data)
            socket.end(data)

        def closed(failed: bool) -> None:
            log("server socket close", failed, socket.bytesRead, socket.bytesWritten)

        socket.on("data", received)
        socket.on("end", lambda: log("server end"))
        socket.on("close", closed)

    def listening() -> None:
        lines: list[tuple[Any, ...]] = []
        client = net.connect("s.sock")

        def later() -> None:
            for line in lines:
                log(*line)

        def server_closed() -> None:
            log("server close")
            net.setImmediate(later)

        def closed(failed: bool) -> None:
            lines.append(("client close", failed, client.bytesRead, client.bytesWritten))
            server.close(server_closed)

        client.on("connect", lambda: client.write("ping"))
        client.on("data", lambda data: lines.append(("client data", data)))
        client.on("end", lambda: lines.append(("client end",)))
        client.on("close", closed)

    server.on("connection", connection)
    server.listen({"path": "s.sock"}, listening)


run(main)
