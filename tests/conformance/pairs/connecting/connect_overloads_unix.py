"""Every overload of net.connect() for a Unix path, and what a connected one says about
itself."""

# rows: 6.factory 6.ipc 6.option.path 1.1
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        log(
            "server side",
            c.address(),
            c.remoteAddress,
            c.remotePort,
            c.remoteFamily,
            c.localAddress,
        )
        c.end("bye")

    server = net.createServer(on_connection)

    def on_listening() -> None:
        overloads = [
            lambda listener: net.connect("s.sock", listener),
            lambda listener: net.connect({"path": "s.sock"}, listener),
            lambda listener: net.createConnection("s.sock", listener),
            lambda listener: net.createConnection(
                {"path": "./s.sock", "allowHalfOpen": False}, listener
            ),
            lambda listener: net.Socket().connect("s.sock", listener),
            lambda listener: net.Socket().connect({"path": "s.sock"}, listener),
        ]

        def next_one(number: Any) -> None:
            if number == len(overloads):
                server.close(lambda *_: log("server closed"))
                return
            log("overload", number)

            def listener() -> None:
                log(
                    "listener",
                    client.address(),
                    client.remoteAddress,
                    client.remotePort,
                    client.localPort,
                )

            client = overloads[number](listener)
            log("returned", client.connecting, client.pending, client.readyState, client.address())
            events = [
                "lookup",
                "connectionAttempt",
                "connectionAttemptFailed",
                "connect",
                "ready",
                "data",
                "end",
                "close",
            ]
            watch(client, "client", *events)
            client.on("close", lambda *_: next_one(number + 1))

        next_one(0)

    server.listen("s.sock", on_listening)


run(main)
