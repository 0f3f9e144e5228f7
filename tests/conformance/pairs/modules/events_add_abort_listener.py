"""addAbortListener: once, removable by what it returns, and called later where the signal was aborted before."""

# rows: 9.events.addAbortListener
from __future__ import annotations

from typing import Any

from anynet import node as net
from anynet.node import events
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    controller = net.AbortController()
    signal: Any = controller.signal

    def listener(event: Any) -> None:
        log("same", event.type)

    kept = events.addAbortListener(signal, lambda event, more: log("aborted", event.type, more))
    disposed = events.addAbortListener(signal, lambda: log("never"))
    disposed.dispose()
    disposed.dispose()
    with events.addAbortListener(signal, listener):
        events.addAbortListener(signal, listener)
    log("count", events.listenerCount(signal, "abort"))
    log("listeners", len(events.getEventListeners(signal, "abort")))
    odd: list[Any] = [None, {}, 5]
    for bad in odd:
        attempt("signal", lambda: events.addAbortListener(bad, listener))
    worse: list[Any] = [None, 5]
    for bad in worse:
        attempt("listener", lambda: events.addAbortListener(signal, bad))
    controller.abort()
    kept.dispose()
    log("count", events.listenerCount(signal, "abort"))
    late = events.addAbortListener(signal, lambda: log("late"))
    log("returned")
    net.nextTick(lambda: log("tick"))
    late.dispose()


run(main)
