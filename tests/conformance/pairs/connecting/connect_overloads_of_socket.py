"""socket.connect() with its overloads: it returns the socket, and one socket takes its
states in order."""

# rows: 5.connect 6.tcp 5.connecting 5.pending 5.readyState
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def states(label: str, socket: net.Socket) -> None:
    log(label, socket.connecting, socket.pending, socket.destroyed, socket.readyState)


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        port = server.address()["port"]
        overloads = [
            lambda socket, listener: socket.connect(port, "127.0.0.1", listener),
            lambda socket, listener: socket.connect({"port": port, "host": "127.0.0.1"}, listener),
            lambda socket, listener: socket.connect(
                {"port": port, "host": "localhost", "family": 4}, listener
            ),
            lambda socket, listener: socket.connect(port, "127.0.0.1"),
        ]

        def next_one(number: Any) -> None:
            if number == len(overloads):
                server.close()
                return
            log("overload", number)
            socket = net.Socket()
            states("new", socket)
            watch(socket, "socket", "connectionAttempt", "connect", "ready", "end", "close")
            result = overloads[number](socket, lambda *values: log("listener", values))
            log("same", result is socket)
            states("connecting", socket)
            socket.on("connect", lambda: states("connected", socket))
            socket.on("end", lambda: states("ended", socket))
            socket.on("close", lambda *_: states("closed", socket))
            socket.on("close", lambda *_: next_one(number + 1))
            socket.resume()

        next_one(0)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
