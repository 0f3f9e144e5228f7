"""The families are interleaved, beginning with that of the first answer; the rest follows in
order."""

# rows: 6.autoselect 5.event.connectionAttempt 5.event.lookup
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()

    def on_listening() -> None:
        cases = [
            ["127.0.0.2", "127.0.0.3", "127.0.0.4", "::1", "::1"],
            ["::1", "127.0.0.2", "127.0.0.3"],
            ["::1", "::1", "127.0.0.2"],
            ["127.0.0.2", "127.0.0.3", "::1"],
            ["127.0.0.4", "127.0.0.2", "127.0.0.3"],
        ]

        def next_one() -> None:
            addresses = cases.pop(0) if cases else None
            if addresses is None:
                server.close()
                return
            answer = [{"address": address, "family": net.isIP(address)} for address in addresses]
            client = net.connect(
                {
                    "port": server.address()["port"],
                    "host": "many.names",
                    "lookup": lambda hostname, options, callback: net.nextTick(
                        callback, None, answer
                    ),
                }
            )
            order = []
            client.on("lookup", lambda error, address, family, host: log("lookup", address, family))
            client.on(
                "connectionAttempt", lambda address, port, family: order.append([address, family])
            )
            client.on(
                "error",
                lambda error: log("error", error.code, [one.address for one in error.errors]),
            )

            def on_close(*_: object) -> None:
                log("order", order)
                next_one()

            client.on("close", on_close)

        next_one()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
