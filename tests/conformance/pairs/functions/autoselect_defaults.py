"""The default of autoselection: on at first, a boolean and nothing else; it holds for the
next connect()."""

# rows: 7.getDefaultAutoSelectFamily 7.setDefaultAutoSelectFamily
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    log("by default", net.getDefaultAutoSelectFamily())
    for value in [False, True, "x", 0, None]:
        attempt("set family", lambda: net.setDefaultAutoSelectFamily(value))
        log("family", net.getDefaultAutoSelectFamily())
    for value in [False, True]:
        net.setDefaultAutoSelectFamily(value)
        client = net.Socket()

        def lookup(hostname: str, options: dict[str, Any], callback: Callable[..., object]) -> None:
            log("asked for all", value, options.get("all"))
            callback(RuntimeError("enough"))

        client.on("error", lambda error: log("error", error))
        client.connect({"port": 9, "host": "any.name", "lookup": lookup})


run(main)
