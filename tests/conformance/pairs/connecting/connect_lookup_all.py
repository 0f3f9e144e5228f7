"""A custom lookup with autoselection: asked for all, answering inside connect(), one lookup
event per address."""

# rows: 6.option.lookup 6.autoselect 5.event.lookup 8.8 5.autoSelectFamilyAttemptedAddresses
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
            "ready",
            "end",
            "close",
        )

        def lookup(hostname: str, options: dict[str, Any], callback: Callable[..., object]) -> None:
            log(
                "lookup called",
                hostname,
                options.get("family"),
                options.get("hints"),
                options.get("all"),
            )
            answer = [
                {"address": "127.0.0.1", "family": 4},
                {"address": "::1", "family": 6},
                {"address": "127.0.0.2", "family": 4},
            ]
            log("callback returned", callback(None, answer))

        result = client.connect(
            {"port": server.address()["port"], "host": "any.name", "lookup": lookup}
        )
        log(
            "connect returned",
            result is client,
            client.connecting,
            client.autoSelectFamilyAttemptedAddresses,
        )
        client.resume()
        client.on("connect", lambda: log("remote", client.remoteAddress, client.remoteFamily))

        def on_close(*_: object) -> None:
            log("attempted", client.autoSelectFamilyAttemptedAddresses)
            server.close()

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
