"""net.connect() goes through Socket.connect, which tracers put a function of theirs in the place
of."""

# rows: 5.connect 7.connect
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

ORIGINAL: Any = net.Socket.connect


def traced(self: net.Socket, *args: Any, **options: Any) -> net.Socket:
    log("traced", self.connecting, self.timeout)
    self.on("connect", lambda: log("before the listener"))
    return ORIGINAL(self, *args, **options)


def main() -> None:
    net.Socket.connect = traced  # type: ignore[method-assign, assignment]
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        port = server.address()["port"]
        options = {"port": port, "host": "127.0.0.1", "timeout": 5000}
        ways: list[Callable[[Any], net.Socket]] = [
            lambda listener: net.connect(port, "127.0.0.1", listener),
            lambda listener: net.createConnection(options, listener),
            lambda listener: net.Socket().connect(port, "127.0.0.1", listener),
            lambda _listener: net.connect(port, "127.0.0.1"),
        ]

        def next_one(*_: object) -> None:
            if not ways:
                server.close()
                return
            socket = ways.pop(0)(lambda: log("listener"))
            log("returned", socket, socket.connecting, socket.listenerCount("connect"))
            socket.resume()
            socket.on("close", next_one)

        next_one()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
