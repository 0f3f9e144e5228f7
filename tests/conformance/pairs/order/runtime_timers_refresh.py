"""refresh(): begins the time anew, also of a timer that ran already, but not of one that was
cleared."""

# rows: 8.8
from __future__ import annotations

import time

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    started = int(time.time() * 1000)
    runs = 0

    def on_timer() -> None:
        nonlocal runs
        runs += 1
        log("ran", runs, (int(time.time() * 1000) - started) >= 150)
        if runs < 3:
            log("again", timer.refresh() is timer)

    timer = net.setTimeout(on_timer, 120)
    net.setTimeout(lambda: log("refresh", timer.refresh() is timer, runs), 35)
    cleared = net.setTimeout(lambda: log("never"), 10)
    net.clearTimeout(cleared)
    log("cleared", cleared.refresh() is cleared)
    server = net.createServer()

    def on_listening() -> None:
        def on_interval() -> None:
            if runs < 3:
                return
            net.clearInterval(until)
            server.close(lambda *_: log("server closed", runs))

        until = net.setInterval(on_interval, 10)

    server.listen("s.sock", on_listening)


run(main)
