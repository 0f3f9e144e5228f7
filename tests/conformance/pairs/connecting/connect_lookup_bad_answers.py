"""Answers of a lookup that are no addresses."""

# rows: 6.option.lookup 5.event.lookup 8.1
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    cases = [
        [False, ["not an address", 4]],
        [False, ["127.0.0.1", 5]],
        [False, [None, None]],
        [False, ["::1", 4]],
        [True, [[{"address": "not an address", "family": 4}]]],
        [True, [[{"address": "127.0.0.1", "family": 5}]]],
    ]

    def next_one(*_: object) -> None:
        one = cases.pop(0) if cases else None
        if one is None:
            return
        autoSelectFamily, answer = one
        log("case", autoSelectFamily, answer)
        client = net.Socket()
        watch(
            client,
            "client",
            "lookup",
            "connectionAttempt",
            "connectionAttemptFailed",
            "connect",
            "close",
        )
        client.on("error", lambda error: log("error", error.code, str(error)))
        client.on("close", next_one)
        client.connect(
            {
                "port": 9,
                "host": "any.name",
                "autoSelectFamily": autoSelectFamily,
                "lookup": lambda hostname, options, callback: callback(None, *answer),
            }
        )

    next_one()


run(main)
