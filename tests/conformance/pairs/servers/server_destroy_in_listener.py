"""A socket that is destroyed in the connection listener: its callbacks come later, with the error."""
# rows: 8.1 8.5 8.8 4.event.connection 5.destroy

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def accept(socket: net.Socket) -> None:
        socket.on("error", lambda error: log("socket error", error))
        socket.on("end", lambda: log("never"))
        socket.on("close", lambda failed: log("socket close", failed, socket.remoteAddress))
        returned = socket.destroy(Exception("not today"))
        log("destroy", returned is socket, socket.destroyed, socket.readyState)
        log("write", socket.write("late", lambda error: log("write callback", error)))
        log("again", socket.destroy(Exception("second")) is socket)
        socket.end(lambda error: log("end callback", error))
        server.close(lambda: log("server close"))

    server: Any = net.createServer(accept)

    def listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.resume()

    server.listen(0, "127.0.0.1", listening)


run(main)
