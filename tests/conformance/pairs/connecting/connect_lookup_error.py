"""A lookup that fails, at once and later, in both forms: lookup(err), then error, then
close."""

# rows: 6.option.lookup 5.event.lookup 8.1 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    failure = net.NodeError("no such name here", "ENOTFOUND")
    cases = [
        [True, lambda answer: answer()],
        [True, lambda answer: net.nextTick(answer)],
        [False, lambda answer: answer()],
        [False, lambda answer: net.setImmediate(answer)],
    ]

    def next_one(*_: object) -> None:
        one = cases.pop(0) if cases else None
        if one is None:
            return
        autoSelectFamily, when = one
        log("case", autoSelectFamily)
        client = net.Socket()
        watch(client, "client", "lookup", "connectionAttempt", "connect", "error", "close")
        client.on("error", lambda error: log("the same", error is failure, client.connecting))
        client.connect(
            {
                "port": 9,
                "host": "any.name",
                "autoSelectFamily": autoSelectFamily,
                "lookup": lambda hostname, options, callback: when(lambda *_: callback(failure)),
            }
        )
        log("returned", client.connecting, client.destroyed)
        client.on("close", next_one)

    next_one()


run(main)
