"""What a listener to uncaughtException raises ends the program with status 7, without exit; elsewhere it is uncaught itself."""

# rows: 9.process.event.uncaughtException 9.process.event.unhandledRejection 9.process.event.exit
from __future__ import annotations

from collections.abc import Callable

from anynet import node as net
from anynet.node import child_process, process
from tests.conformance.tracing import log, run


def fail(text: str) -> Callable[[], None]:
    def raise_error() -> None:
        raise RuntimeError(text)

    return raise_error


async def reject() -> None:
    fail("first")()


def with_monitor() -> None:
    process.on("uncaughtExceptionMonitor", fail("monitor"))
    net.setTimeout(fail("first"))


def with_listener_to_rejections() -> None:
    process.on("unhandledRejection", fail("listener"))
    net.setImmediate(reject)


PROGRAMS: dict[str, Callable[[], object]] = {
    "in a timer": lambda: net.setTimeout(fail("first")),
    "at the start": fail("first"),
    "monitor": with_monitor,
    "in exit": lambda: process.on("exit", fail("first")),
    "in a rejection": with_listener_to_rejections,
}
FAILING = ["in a timer", "at the start", "monitor"]
CAUGHT = ["in exit", "in a rejection"]


def main() -> None:
    which, *handled = process.argv[2:] or [None]
    if which is None:
        start_all()
        return

    def on_uncaught(error: Exception, origin: str) -> None:
        log("uncaught", error, origin)
        if not handled:
            fail("second")()

    process.on("uncaughtException", on_uncaught)
    process.on("exit", lambda code: log("exit", code))
    PROGRAMS[which]()


def start_all() -> None:
    steps = [[name] for name in FAILING] + [[name, "handled"] for name in CAUGHT]

    def follow() -> None:
        if not steps:
            return
        args = steps.pop(0)
        # What it ends with is shown on stderr.
        stdio = ["ignore", "inherit", "ignore", "ipc"]
        child = child_process.fork(process.argv[1], args, {"stdio": stdio})

        def on_exit(code: int | None, signal: str | None) -> None:
            log(", ".join(args), code, signal)
            follow()

        child.on("exit", on_exit)

    follow()


run(main)
