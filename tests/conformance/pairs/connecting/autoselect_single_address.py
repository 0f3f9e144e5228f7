"""One address only: no autoselection, the plain error, no list of attempts."""

# rows: 6.autoselect 5.event.error 5.autoSelectFamilyAttemptedAddresses
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        addresses = ["127.0.0.2", "127.0.0.1"]

        def next_one() -> None:
            address = addresses.pop(0) if addresses else None
            if address is None:
                server.close()
                return
            client = net.connect(
                {
                    "port": server.address()["port"],
                    "host": "one.name",
                    "autoSelectFamily": True,
                    "lookup": lambda hostname, options, callback: net.nextTick(
                        callback, None, [{"address": address, "family": 4}]
                    ),
                }
            )
            watch(
                client,
                "client",
                "lookup",
                "connectionAttempt",
                "connectionAttemptFailed",
                "connect",
                "error",
                "close",
            )
            client.resume()

            def on_close(*_: object) -> None:
                log("attempted", client.autoSelectFamilyAttemptedAddresses)
                next_one()

            client.on("close", on_close)

        next_one()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
