"""When autoselection is off, or a family is asked for, only one address is looked up and
tried."""

# rows: 6.autoselect 6.option.autoSelectFamily 7.setDefaultAutoSelectFamily
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        cases = [
            {"autoSelectFamily": False},
            {"autoSelectFamily": True, "family": 4},
            {"autoSelectFamily": True},
            {},
        ]

        def next_one() -> None:
            options = cases.pop(0) if cases else None
            if options is None:
                net.setDefaultAutoSelectFamily(True)
                server.close()
                return
            if len(cases) == 0:
                net.setDefaultAutoSelectFamily(False)
            log("case", options, net.getDefaultAutoSelectFamily())
            answer = [{"address": "127.0.0.2", "family": 4}, {"address": "127.0.0.1", "family": 4}]

            def lookup(hostname: str, given: Any, callback: Callable[..., object]) -> None:
                log("asked", given.get("family"), given.get("all"))
                net.nextTick(
                    lambda: (
                        callback(None, answer)
                        if given.get("all")
                        else callback(None, "127.0.0.2", 4)
                    )
                )

            client = net.connect(
                {
                    **options,
                    "port": server.address()["port"],
                    "host": "many.names",
                    "lookup": lookup,
                }
            )
            watch(
                client,
                "client",
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
