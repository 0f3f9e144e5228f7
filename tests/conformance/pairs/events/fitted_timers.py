"""Timers, ticks and immediates call functions of any length with the arguments that were given."""

# rows: 8.8
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def one(value: object) -> None:
    log("one", value)


def none() -> None:
    log("none")


def main() -> None:
    net.nextTick(one)
    net.nextTick(none, 1, 2)
    net.nextTick(one, 1, 2)

    def repeat() -> None:
        count = 0

        def on_interval(more: object) -> None:
            nonlocal count
            log("interval", more)
            count += 1
            if count == 2:
                net.clearInterval(interval)

        interval = net.setInterval(on_interval, 5)

    def timers(more: object) -> None:
        one(more)
        net.setTimeout(none, 5, 1)
        net.setTimeout(one, 5, 1, 2)
        net.setTimeout(repeat, 5)

    @net.setImmediate
    def later() -> None:
        net.setImmediate(one)
        net.setImmediate(none, 1)
        net.setImmediate(net.setTimeout, timers, 10)

    controller = net.AbortController()
    signal: Any = controller.signal
    signal.addEventListener("abort", lambda: log("aborted"))
    signal.onabort = lambda event, more: log("onabort", event.type, more)
    controller.abort()


run(main)
