"""getEventListeners, listenerCount, getMaxListeners, setMaxListeners: of emitters and of abort signals."""

# rows: 9.events.getEventListeners 9.events.listenerCount 9.events.getMaxListeners 9.events.setMaxListeners
from __future__ import annotations

import math
from typing import Any

from anynet import node as net
from anynet.node import events
from tests.conformance.tracing import attempt, run


def main() -> None:
    emitter = events.EventEmitter()
    signal: Any = net.AbortController().signal

    def listener() -> None: ...

    emitter.on("x", listener)
    emitter.once("x", listener)
    signal.addEventListener("abort", lambda: None)
    signal.addEventListener("abort", lambda: None, once=True)
    signal.onabort = listener
    attempt(
        "of an emitter", lambda: [e is listener for e in events.getEventListeners(emitter, "x")]
    )
    attempt("of none", lambda: events.getEventListeners(emitter, "y"))
    attempt("of a signal", lambda: len(events.getEventListeners(signal, "abort")))
    attempt("of a signal", lambda: events.getEventListeners(signal, "other"))
    attempt(
        "count", lambda: [events.listenerCount(emitter, "x"), events.listenerCount(signal, "abort")]
    )
    attempt("most", lambda: [events.getMaxListeners(emitter), events.getMaxListeners(signal)])
    attempt("set", lambda: events.setMaxListeners(5, emitter, signal))
    both = [emitter, signal]
    attempt("most", lambda: [*map(events.getMaxListeners, both), emitter.getMaxListeners()])
    odd: list[Any] = [5, {}, "x"]
    for bad in odd:
        attempt("listeners", lambda: events.getEventListeners(bad, "x"))
        attempt("count", lambda: events.listenerCount(bad, "x"))
        attempt("most", lambda: events.getMaxListeners(bad))
        attempt("set", lambda: events.setMaxListeners(5, bad))
    worse: list[Any] = [-1, "x", math.nan]
    for bad in worse:
        attempt("set", lambda: events.setMaxListeners(bad))
    attempt("default", lambda: events.setMaxListeners(7))
    limit = events.EventEmitter.defaultMaxListeners
    attempt("default", lambda: [limit, events.getMaxListeners(events.EventEmitter())])
    attempt("default", lambda: events.getMaxListeners(net.AbortController().signal))
    attempt(
        "symbols", lambda: [events.errorMonitor is net.errorMonitor, emitter.listenerCount("x")]
    )


run(main)
