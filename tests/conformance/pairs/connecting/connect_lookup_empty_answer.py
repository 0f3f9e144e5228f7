"""A lookup that answers with no address at all: in the form for one address and in the form
for all."""

# rows: 6.option.lookup 5.event.lookup
# differs: A lookup that answers with an empty list is an error event of the socket; Node crashes with a TypeError.
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def one(autoSelectFamily: Any, answer: Any, then: Callable[..., object]) -> None:
        log("case", autoSelectFamily, answer)
        client = net.Socket()
        watch(client, "client", "lookup", "connectionAttempt", "connect", "close")
        client.on("error", lambda error: log("error", error.code, str(error), client.destroyed))
        client.on("close", lambda *_: then())
        client.connect(
            {
                "port": 9,
                "host": "any.name",
                "autoSelectFamily": autoSelectFamily,
                "lookup": lambda hostname, options, callback: net.nextTick(callback, None, answer),
            }
        )

    one(False, None, lambda *_: one(True, [], lambda *_: log("done")))


run(main)
