"""exit() in a callback, and in beforeExit: exit is emitted once, and nothing more is called."""

# rows: 9.process.event.beforeExit 9.process.exit 9.process.event.exit
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    process: Any = net.process

    @process.on("beforeExit")
    def before_exit(code: int) -> None:
        log("beforeExit", code)
        process.nextTick(lambda: log("never"))
        process.exit()

    @process.on("exit")
    def on_exit(code: int) -> None:
        log("exit", code)
        process.nextTick(lambda: log("never"))

    net.setTimeout(lambda: setattr(process, "exitCode", 6), 5)


run(main)
