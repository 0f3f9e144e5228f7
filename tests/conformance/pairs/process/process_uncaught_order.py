"""With a listener to uncaughtException the program goes on: other ticks, immediates, timers are called."""

# rows: 9.process.event.uncaughtException 9.process.event.uncaughtExceptionMonitor
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def fail(text: str) -> None:
    raise RuntimeError(text)


def main() -> None:
    process = net.process
    process.on("uncaughtException", lambda error, origin: log("uncaught", error, origin))
    process.on("uncaughtExceptionMonitor", lambda error, origin: log("monitor", error, origin))

    @process.nextTick
    def tick() -> None:
        process.nextTick(lambda: log("tick of tick"))
        fail("tick")

    process.nextTick(lambda: log("second tick"))

    @net.setImmediate
    def immediate() -> None:
        log("first immediate")
        process.nextTick(lambda: log("tick of immediate"))
        fail("immediate")

    net.setImmediate(lambda: log("second immediate"))

    def timer() -> None:
        process.nextTick(lambda: log("tick of timer"))
        fail("timer")

    net.setTimeout(timer, 10)
    net.setTimeout(lambda: log("second timer"), 10)
    net.setTimeout(lambda: net.Socket().emit("error", RuntimeError("unheard")), 30)
    net.setTimeout(lambda: net.Socket().destroy(RuntimeError("unheard too")), 50)
    process.on("exit", lambda code: log("exit", code))


run(main)
