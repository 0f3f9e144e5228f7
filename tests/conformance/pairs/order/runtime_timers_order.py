"""Timers that are due together run by their deadlines, then by age, with the ticks of each
between them."""

# rows: 8.8
from __future__ import annotations

import time
from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def block(milliseconds: Any) -> None:
    until = int(time.time() * 1000) + milliseconds
    while int(time.time() * 1000) < until:
        pass


def main() -> None:
    server = net.createServer()

    def on_listening() -> None:
        for label, delay in [
            ["a 20", 20],
            ["b 10", 10],
            ["c 20", 20],
            ["d 1", 1],
            ["e 10", 10],
            ["f 0", 0],
            ["g -5", -5],
        ]:

            def on_timer(label: str) -> None:
                log(label)
                net.nextTick(lambda: log("tick of", label))
                if label == "b 10":
                    net.setImmediate(lambda: log("immediate of", label))

            net.setTimeout(on_timer, delay, label)
        net.setTimeout(lambda: server.close(lambda *_: log("server closed")), 80)
        block(40)
        log("blocked")

    server.listen(0, "127.0.0.1", on_listening)
    for bad in [None, 5, "x", {}]:
        attempt("bad timeout", lambda: net.setTimeout(bad, 1))
        attempt("bad interval", lambda: net.setInterval(bad, 1))


run(main)
