"""An async listener that fails: with captureRejections its exception becomes an error event,
without it ends all."""

# rows: 8.9 4.event.connection 4.event.error
# differs: A coroutine function as a listener is a task, which begins after the emit; Node runs it to its first await within.
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    emitter = net.EventEmitter({"captureRejections": True})

    async def on_work(value: object) -> None:
        log("working", value)
        raise net.NodeError("async failure", "MINE")

    emitter.on("work", on_work)
    emitter.on("work", lambda value: log("another listener", value))

    def on_error(error: Any) -> None:
        log("captured", error)
        server = net.createServer()

        async def on_listening() -> None:
            log("listening")
            raise RuntimeError("nobody captures this")

        server.on("listening", on_listening)
        server.listen("s.sock")
        log("second part")

    emitter.on("error", on_error)
    log("emit", emitter.emit("work", 1))


run(main)
