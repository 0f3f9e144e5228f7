"""The option family reaches the lookup and turns autoselection off."""

# rows: 6.option.family 6.option.lookup 6.autoselect
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        families = [0, 4, 6, None]

        def next_one(*_: object) -> None:
            if len(families) == 0:
                server.close()
                return
            family = families.pop(0)

            def lookup(
                hostname: str, options: dict[str, Any], callback: Callable[..., object]
            ) -> None:
                log("asked", options.get("family"), options.get("all"), options.get("hints"))
                answer = [{"address": "127.0.0.1", "family": 4}, {"address": "::1", "family": 6}]
                if options.get("all"):
                    callback(None, answer)
                elif options.get("family") == 6:
                    callback(None, "::1", 6)
                else:
                    callback(None, "127.0.0.1", 4)

            client = net.Socket()
            watch(client, "client", "lookup", "connectionAttempt", "connect", "close")
            client.connect(
                {
                    "port": server.address()["port"],
                    "host": "any.name",
                    "family": family,
                    "lookup": lookup,
                }
            )
            client.on(
                "connect",
                lambda: log(
                    "remote", client.remoteAddress, client.autoSelectFamilyAttemptedAddresses
                ),
            )
            client.resume()
            client.on("close", next_one)

        next_one()

    server.listen(0, on_listening)


run(main)
