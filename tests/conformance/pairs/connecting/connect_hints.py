"""The option hints is handed to the lookup as it is; AI_ADDRCONFIG, AI_V4MAPPED and AI_ALL
are the hints there are."""

# rows: 6.option.hints 6.option.lookup
from __future__ import annotations

from collections.abc import Callable
from socket import AI_ADDRCONFIG, AI_ALL, AI_V4MAPPED
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        many = [
            0,
            None,
            AI_ADDRCONFIG,
            AI_V4MAPPED,
            AI_ALL,
            AI_ADDRCONFIG | AI_V4MAPPED | AI_ALL,
        ]

        def next_one(*_: object) -> None:
            if len(many) == 0:
                server.close()
                return
            hints = many.pop(0)

            def lookup(
                hostname: str, options: dict[str, Any], callback: Callable[..., object]
            ) -> None:
                log(
                    "hints",
                    "none" if hints is None else (hints == options.get("hints")),
                    options.get("family"),
                    options.get("all"),
                )
                callback(None, [{"address": "127.0.0.1", "family": 4}])

            client = net.connect(
                {
                    "port": server.address()["port"],
                    "host": "any.name",
                    "hints": hints,
                    "lookup": lookup,
                }
            )
            client.on("connect", lambda: log("connect", client.remoteAddress))
            client.resume()
            client.on("close", next_one)

        next_one()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
