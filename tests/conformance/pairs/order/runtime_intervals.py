"""setInterval: arguments, ticks between two runs, cleared by itself and by another, refresh."""

# rows: 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    count = 0

    def on_interval(*values: object) -> None:
        nonlocal count
        count += 1
        log("run", count, values)
        net.nextTick(lambda: log("tick of", count))
        if count == 3:
            net.clearInterval(interval)
            log("cleared", interval.refresh() is interval)
            second()

    interval = net.setInterval(on_interval, 5, "a", 2)
    log("hasRef", interval.hasRef())

    def second() -> None:
        runs = 0

        def on_interval() -> None:
            nonlocal runs
            runs += 1
            log("other", runs)

        other = net.setInterval(on_interval, 20)

        def on_timer() -> None:
            net.clearTimeout(other)
            log("stopped", runs > 0)
            server = net.createServer()
            server.listen("s.sock", lambda: server.close(lambda *_: log("server closed")))

        net.setTimeout(on_timer, 30)


run(main)
