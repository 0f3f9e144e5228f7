"""An exception in a worker is an error event of it, and the exit follows with 1."""
# rows: t.Worker.event.error t.Worker.event.exit

from __future__ import annotations

from anynet import node as net
from anynet.node.worker_threads import (
    Worker,
    isMainThread,
    parentPort,
)
from tests.conformance.tracing import log, run, watch


def main() -> None:
    if isMainThread:
        worker = Worker(__file__)
        watch(worker, "worker", "online", "message", "exit")
        worker.on(
            "error",
            lambda error: log(
                "error",
                type(error).__name__,
                str(error),
                isinstance(error, TypeError),
                worker.threadId,
            ),
        )
        worker.on("exit", lambda _: net.setTimeout(lambda: log("the parent goes on"), 1))
        return

    def fail() -> None:
        raise TypeError("what went wrong")

    parentPort.on("message", lambda _: None)
    net.setTimeout(fail, 1)


run(main)
