"""A socket destroyed before the lookup answers: the answer is dropped, nothing is attempted."""

# rows: 6.option.lookup 8.1 8.5 5.destroy
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def one(label: str, autoSelectFamily: Any, answer: Any, then: Callable[..., object]) -> None:
        saved = None

        def lookup(hostname: str, options: dict[str, Any], callback: Callable[..., object]) -> None:
            nonlocal saved
            saved = callback

        client = net.connect(
            {"port": 9, "host": "any.name", "autoSelectFamily": autoSelectFamily, "lookup": lookup}
        )
        watch(client, label, "lookup", "connectionAttempt", "connect", "error", "close")
        client.write("lost", lambda error: log(label + " written", error))
        client.destroy()
        log(label + " destroyed", client.connecting, client.destroyed)

        def on_immediate() -> None:
            saved(*answer)
            net.setImmediate(then)

        net.setImmediate(on_immediate)

    def on_single() -> None:
        one("all", True, [None, [{"address": "127.0.0.1", "family": 4}]], on_all)

    def on_all() -> None:
        one("failed", True, [RuntimeError("too late")], lambda: log("done"))

    one("single", False, [None, "127.0.0.1", 4], on_single)


run(main)
