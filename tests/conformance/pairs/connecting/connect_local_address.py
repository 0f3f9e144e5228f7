"""localAddress: what the server sees, addresses that are not ours, a family that does not
fit."""

# rows: 6.option.localAddress 6.option.localPort 6.tcp
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        log("server sees", c.remoteAddress, c.remoteFamily)
        c.end()

    server = net.createServer(on_connection)

    def on_listening() -> None:
        port = server.address()["port"]
        many = [
            {"port": port, "host": "127.0.0.1", "localAddress": "127.0.0.5"},
            {"port": port, "host": "127.0.0.1", "localAddress": "127.0.0.6", "localPort": port},
            {"port": port, "host": "127.0.0.1", "localAddress": "127.0.0.1", "localPort": 0},
            {"port": port, "host": "127.0.0.1", "localPort": 0},
            {"port": port, "host": "127.0.0.1", "localAddress": "203.0.113.77"},
            {"port": port, "host": "127.0.0.1", "localAddress": "127.0.0.1", "localPort": port},
        ]

        def next_one(*_: object) -> None:
            options = many.pop(0) if many else None
            if options is None:
                server.close()
                return
            client = net.Socket()
            watch(
                client,
                "client",
                "lookup",
                "connectionAttempt",
                "connectionAttemptFailed",
                "error",
                "close",
            )
            client.on(
                "connect",
                lambda: log(
                    "connect", client.localAddress, client.localPort == port, client.localFamily
                ),
            )
            client.connect(options)
            log("returned", client.connecting, client.destroyed)
            client.resume()
            client.on("close", next_one)

        next_one()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
