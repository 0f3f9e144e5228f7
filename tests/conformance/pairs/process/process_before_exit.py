"""beforeExit comes when nothing is left to do, again after what it has begun, and never after exit()."""

# rows: 9.process.event.beforeExit 9.process.event.exit 9.process.exitCode
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    process = net.process
    count = 0

    def listen() -> None:
        server = net.createServer()
        server.listen(0, lambda: server.close(lambda: log("closed")))

    @process.on("beforeExit")
    def before_exit(code: int) -> None:
        nonlocal count
        count += 1
        log("beforeExit", code)
        if count == 1:
            net.setTimeout(lambda: log("more"), 5)
        if count == 2:
            net.setImmediate(listen)
        if count == 3:
            process.nextTick(lambda: log("tick"))
        process.exitCode = count

    @process.on("exit")
    def on_exit(code: int) -> None:
        log("exit", code, process.exitCode)
        process.exitCode = 9
        net.setTimeout(lambda: log("never"), 0)


run(main)
