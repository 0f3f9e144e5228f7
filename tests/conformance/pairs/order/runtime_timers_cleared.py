"""clearTimeout in every way: before, from another timer due at the same time, twice, of
nothing, close()."""

# rows: 8.8
from __future__ import annotations

import time
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def block(milliseconds: Any) -> None:
    until = int(time.time() * 1000) + milliseconds
    while int(time.time() * 1000) < until:
        pass


def main() -> None:
    first = net.setTimeout(lambda: log("never"), 1)
    log(
        "clear",
        net.clearTimeout(first),
        net.clearTimeout(first),
        net.clearTimeout(None),
        net.clearInterval(first),
    )
    timers = []

    def on_timer() -> None:
        log("first")
        net.clearTimeout(timers[1])
        net.clearTimeout(timers[0])

    timers.append(net.setTimeout(on_timer, 5))
    timers.append(net.setTimeout(lambda: log("never"), 5))

    def on_timer_2() -> None:
        log("third")
        log("closed", timers[3].close() == timers[3])

    timers.append(net.setTimeout(on_timer_2, 5))
    timers.append(net.setTimeout(lambda: log("never"), 5))
    timers.append(net.setTimeout(lambda: log("fifth"), 5))
    log(
        "an interval cleared as a timeout",
        net.clearTimeout(net.setInterval(lambda: log("never"), 1)),
    )
    log("hasRef", timers[0].hasRef(), first.hasRef())
    block(10)
    server = net.createServer()
    server.listen(
        "s.sock", lambda: net.setTimeout(lambda: server.close(lambda *_: log("server closed")), 20)
    )


run(main)
