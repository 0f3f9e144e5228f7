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

    @net.setImmediate
    def second_immediate() -> None:
        log("second immediate")
        net.setTimeout(start_timers, 5)

    def timer() -> None:
        process.nextTick(lambda: log("tick of timer"))
        fail("timer")

    def second_timer() -> None:
        log("second timer")
        net.setTimeout(unheard, 5)

    def start_timers() -> None:
        net.setTimeout(timer, 5)
        net.setTimeout(second_timer, 5)

    def unheard() -> None:
        net.setTimeout(lambda: net.Socket().destroy(RuntimeError("unheard too")), 5)
        net.Socket().emit("error", RuntimeError("unheard"))

    process.on("exit", lambda code: log("exit", code))


run(main)
