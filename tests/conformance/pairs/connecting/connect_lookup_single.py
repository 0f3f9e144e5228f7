"""A custom lookup without autoselection: what it is given, and that it answers inside
connect()."""

# rows: 6.option.lookup 6.option.autoSelectFamily 5.event.lookup 8.8
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        client = net.Socket()
        watch(client, "client", "lookup", "connectionAttempt", "connect", "ready", "end", "close")

        def lookup(hostname: str, options: dict[str, Any], callback: Callable[..., object]) -> None:
            log(
                "lookup called",
                hostname,
                options.get("family"),
                options.get("hints"),
                options.get("all"),
                "function" if callable(callback) else "something else",
            )
            log("callback returned", callback(None, "127.0.0.1", 4))

        client.connect(
            {
                "port": server.address()["port"],
                "host": "any.name",
                "lookup": lookup,
                "autoSelectFamily": False,
            }
        )
        log("connect returned", client.connecting, client.remoteAddress)
        client.resume()

        def on_close(*_: object) -> None:
            log("attempted", client.autoSelectFamilyAttemptedAddresses)
            server.close()

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
