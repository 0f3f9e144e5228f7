"""A worker that was unref'ed does not keep its parent alive."""
# rows: t.Worker.unref t.Worker.ref

from __future__ import annotations

from anynet import node as net
from anynet.node.worker_threads import (
    Worker,
    isMainThread,
    parentPort,
)
from tests.conformance.tracing import log, run, watch


def main() -> None:
    if not isMainThread:
        parentPort.on("message", lambda _: None)
        parentPort.postMessage("up")
        return
    worker = Worker(__file__)
    watch(worker, "worker", "exit", "error")

    def on_message(message):
        log("message", message)
        worker.unref()
        net.setTimeout(lambda: log("the last that happens"), 5)

    worker.on("message", on_message)
    log("returns", worker.unref(), worker.ref())
    watch(worker, "worker", "online")


run(main)
