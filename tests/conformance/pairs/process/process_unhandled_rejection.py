"""What an async function raises: first to unhandledRejection, and to uncaughtException where nobody listens to that."""

# rows: 9.process.event.unhandledRejection 9.process.event.uncaughtException
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


async def fail(text: str) -> None:
    raise RuntimeError(text)


def main() -> None:
    process = net.process
    process.on("uncaughtException", lambda error, origin: log("uncaught", error, origin))
    process.on("uncaughtExceptionMonitor", lambda error, origin: log("monitor", error, origin))
    process.on("exit", lambda code: log("exit", code))
    socket = net.Socket()
    socket.on("ready", lambda: fail("listener"))

    def first() -> None:
        net.setTimeout(later, 20)
        socket.emit("ready")

    def later() -> None:
        process.on("unhandledRejection", lambda error: log("rejection", error))
        net.setTimeout(lambda: log("still there"), 20)
        socket.emit("ready")

    net.setTimeout(first, 5)


run(main)
