"""How many arguments `close` comes with: of a socket that had no connection, one that failed to
connect, and one that had."""

# rows: 5.event.close 5.destroy 5.resetAndDestroy
from __future__ import annotations

from collections.abc import Callable

from anynet import node as net
from tests.conformance.tracing import log, run

HOST = "127.0.0.1"
KINDS: dict[str, Callable[[net.Socket, int], object]] = {
    "destroyed": lambda s, _port: s.destroy(),
    "failed": lambda s, _port: s.destroy(RuntimeError("no")),
    "reset": lambda s, _port: s.resetAndDestroy(),
    "written": lambda s, _port: s.write("x"),
    "ended": lambda s, _port: s.end(),
    "refused": lambda s, _port: s.connect(1, HOST),
    "connecting": lambda s, port: s.connect(port, HOST).destroy(),
    "connected": lambda s, port: s.connect(port, HOST, lambda: s.destroy()),
    "broken": lambda s, port: s.connect(port, HOST, lambda: s.destroy(RuntimeError("broken"))),
}


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        c.on("error", lambda _error: None)
        c.resume()

    server = net.createServer(on_connection)
    names = list(KINDS)

    def next_one() -> None:
        if not names:
            server.close()
            return
        name = names.pop(0)
        socket = net.Socket()
        socket.on("error", lambda error: log(f"{name} error", str(error)))
        socket.on("close", lambda *values: log(f"{name} close", len(values), *values))
        KINDS[name](socket, server.address()["port"])
        net.setTimeout(next_one, 30)

    server.listen(0, HOST, next_one)


run(main)
