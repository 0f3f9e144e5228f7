"""With localAddress a lookup is asked for one address only, and autoselection is off."""

# rows: 6.option.localAddress 6.autoselect 6.option.lookup 6.option.autoSelectFamily
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        client = net.Socket()
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

        def lookup(hostname: str, options: dict[str, Any], callback: Callable[..., object]) -> None:
            log("asked", hostname, options.get("family"), options.get("all"))
            callback(None, "127.0.0.2", 4)

        port = server.address()["port"]
        client.connect(
            {
                "port": port,
                "host": "any.name",
                "localAddress": "127.0.0.5",
                "autoSelectFamily": True,
                "lookup": lookup,
            }
        )

        def on_close(*_: object) -> None:
            log("attempted", client.autoSelectFamilyAttemptedAddresses)
            server.close()

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
