"""close() from the drop listener: the one inside is waited for."""
# rows: 4.event.drop 4.close 4.event.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    one: Any = None

    def accept(socket: net.Socket) -> None:
        log("connection")
        socket.resume()
        socket.on("end", lambda: log("server end"))
        socket.on("close", lambda failed: log("server socket close"))

    server: Any = net.createServer(accept)
    server.maxConnections = 1

    def dropped(data: Any) -> None:
        log("drop", data["remoteAddress"])
        returned = server.close(lambda: log("close callback"))
        log("close", returned is server, server.listening)
        server.getConnections(lambda error, count: log("count", error, count))
        net.setImmediate(lambda: one.end())

    server.on("drop", dropped)

    def listening() -> None:
        nonlocal one
        port = server.address()["port"]
        one = net.connect(port, "127.0.0.1", lambda: net.connect(port, "127.0.0.1").resume())
        one.resume()

    server.listen({"port": 0, "host": "127.0.0.1"}, listening)


run(main)
