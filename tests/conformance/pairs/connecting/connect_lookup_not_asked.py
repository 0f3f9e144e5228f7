"""An IP literal is not looked up, of neither family: no call, no lookup event, no options of
lookup checked."""

# rows: 6.option.lookup 6.option.host 6.option.family 5.event.lookup
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        port = server.address()["port"]
        many = [
            {"port": port, "host": "127.0.0.1", "lookup": lambda *_: log("never")},
            {"port": port, "host": "::1", "lookup": lambda *_: log("never")},
            {"port": port, "host": "::ffff:127.0.0.1", "lookup": lambda *_: log("never")},
            {"port": port, "host": "127.0.0.1", "hints": 7, "lookup": "no function"},
            {"port": port, "host": "127.0.0.1", "family": 6},
        ]

        def next_one(*_: object) -> None:
            options = many.pop(0) if many else None
            if options is None:
                server.close()
                return
            client = net.connect(options)
            watch(client, "client", "lookup", "connectionAttempt", "connect", "close")
            client.on(
                "connect",
                lambda: log(
                    "remote", client.remoteAddress, client.remoteFamily, client.localAddress
                ),
            )
            client.resume()
            client.on("close", next_one)

        next_one()

    server.listen(0, on_listening)


run(main)
