"""A server on the IPv6 loopback only: the name's IPv4 address refuses, the IPv6 one answers;
and the reverse."""

# rows: 6.autoselect 4.listen.options.ipv6Only 5.remoteFamily
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        log("server side", c.remoteAddress, c.remoteFamily, c.localFamily)
        c.end("six")

    server = net.createServer(on_connection)

    def on_listening() -> None:
        port = server.address()["port"]
        orders = [
            [{"address": "127.0.0.1", "family": 4}, {"address": "::1", "family": 6}],
            [{"address": "::1", "family": 6}, {"address": "127.0.0.1", "family": 4}],
        ]

        def next_one() -> None:
            answer = orders.pop(0) if orders else None
            if answer is None:
                server.close()
                return
            client = net.createConnection(
                {
                    "port": port,
                    "host": "both.families",
                    "lookup": lambda hostname, options, callback: net.setTimeout(
                        callback, 1, None, answer
                    ),
                }
            )
            events = [
                "lookup",
                "connectionAttempt",
                "connectionAttemptFailed",
                "connect",
                "data",
                "end",
                "error",
                "close",
            ]
            watch(client, "client", *events)
            client.on(
                "connect",
                lambda: log(
                    "remote", client.remoteAddress, client.remoteFamily, client.remotePort == port
                ),
            )

            def on_close(*_: object) -> None:
                log("attempted", client.autoSelectFamilyAttemptedAddresses)
                next_one()

            client.on("close", on_close)

        next_one()

    server.listen({"port": 0, "host": "::1", "ipv6Only": True}, on_listening)


run(main)
