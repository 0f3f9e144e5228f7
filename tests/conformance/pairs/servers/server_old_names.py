"""Names of old programs: _connectionKey of a server, _connecting and _handle of a socket."""

# rows: 4.listening 5.connecting
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def sockets() -> None:
    socket = net.Socket()
    log("new", socket._connecting, socket._handle is None)
    socket.on("error", lambda _error: log("error", socket._connecting))
    socket.on("close", lambda *_: log("close", socket._connecting))
    socket.connect(1, "127.0.0.1")
    log("called", socket._connecting)


def main() -> None:
    places: list[list[Any]] = [
        *([0], ["0"], [{"port": 0, "host": "127.0.0.1"}], [0, "0.0.0.0"], [0, "::1"]),
        *([0, "localhost"], ["k.sock"], [0, "192.0.2.1"]),
    ]

    def next_one() -> None:
        if not places:
            sockets()
            return
        place = places.pop(0)
        server = net.createServer()

        def on_error(error: Any) -> None:
            log("error", error.code, server._connectionKey)
            net.setImmediate(next_one)

        def on_close() -> None:
            log("close", server._connectionKey)
            net.setImmediate(next_one)

        def on_listening() -> None:
            log("listening", server._connectionKey, server._connections)
            server.close()

        server.on("error", on_error)
        server.on("close", on_close)
        server.listen(*place, on_listening)
        log("listen", place, server._connectionKey)

    next_one()


run(main)
