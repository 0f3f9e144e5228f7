"""process.exit() in a worker ends that worker alone, with the status."""
# rows: t.Worker.event.exit

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
        watch(worker, "worker", "online", "message", "error", "exit")
        worker.on("exit", lambda _: net.setTimeout(lambda: log("the parent goes on"), 1))
        return
    parentPort.on("message", lambda _: None)
    parentPort.postMessage("before")
    net.setTimeout(lambda: net.process.exit(3), 1)


run(main)
