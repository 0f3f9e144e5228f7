"""Every overload of net.connect() for TCP: the result, the listener added once, the order of
the events."""

# rows: 6.factory 6.tcp 7.connect 7.createConnection
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        port = server.address()["port"]
        overloads = [
            lambda listener: net.connect(port, listener),
            lambda listener: net.connect(port, "127.0.0.1", listener),
            lambda listener: net.connect(str(port), "127.0.0.1", listener),
            lambda listener: net.connect({"port": port}, listener),
            lambda listener: net.connect({"port": port, "host": "127.0.0.1"}, listener),
            lambda listener: net.createConnection(port, "::1", listener),
            lambda listener: net.createConnection({"port": str(port), "host": "::1"}, listener),
            lambda *_: net.createConnection(port, "127.0.0.1"),
        ]

        def next_one(number: Any) -> None:
            if number == len(overloads):
                server.close(lambda *_: log("server closed"))
                return
            log("overload", number)
            client = overloads[number](lambda *_: log("listener", client.listenerCount("connect")))
            log("returned", client, client.listenerCount("connect"), client.connecting)
            watch(client, "client", "connect", "ready", "end", "close")
            client.resume()
            client.on("close", lambda *_: next_one(number + 1))

        next_one(0)

    server.listen(0, on_listening)


run(main)
