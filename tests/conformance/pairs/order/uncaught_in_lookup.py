"""An exception inside a custom lookup comes out of connect() itself, in both forms; a later
one ends the program."""

# rows: 8.9 6.option.lookup 8.8
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    for autoSelectFamily in [True, False]:
        client = net.Socket()
        client.on("error", lambda error: log("error", error))
        client.on("close", lambda hadError: log("close", hadError))

        def lookup(hostname: str, options: dict[str, Any], *_: object) -> None:
            log("asked", hostname, options.get("all"))
            raise RuntimeError("the lookup failed")

        try:
            client.connect(
                {
                    "port": 9,
                    "host": "any.name",
                    "autoSelectFamily": autoSelectFamily,
                    "lookup": lookup,
                }
            )
        except Exception as error:
            log("caught", error, client.connecting, client.destroyed)
        net.nextTick(lambda: log("destroyed", client.destroy() is client, client.connecting))

    def on_immediate() -> None:
        def lookup(hostname: str, options: dict[str, Any], callback: Callable[..., object]) -> Any:
            def on_tick() -> None:
                callback(None, [{"address": "127.0.0.1", "family": 4}])
                raise RuntimeError("after the answer")

            return net.nextTick(on_tick)

        client = net.connect({"port": 9, "host": "any.name", "lookup": lookup})
        client.on("lookup", lambda *values: log("lookup", *values))
        client.on("connectionAttempt", lambda *values: log("attempt", *values))

    net.setImmediate(on_immediate)


run(main)
