"""Messages go both ways, in their order, and the worker ends when nothing holds it."""
# rows: t.Worker.constructor t.Worker.postMessage t.Worker.event.online t.Worker.event.message t.Worker.event.exit t.isMainThread t.parentPort t.threadId t.workerData t.port.close

from __future__ import annotations

from anynet.node.worker_threads import (
    Worker,
    isMainThread,
    parentPort,
    threadId,
    workerData,
)
from tests.conformance.tracing import log, run, watch


def main() -> None:
    if isMainThread:
        log("main", isMainThread, parentPort, threadId, workerData)
        worker = Worker(__file__, {"workerData": {"list": [1, None, "two"]}})
        log("made", worker.threadId)
        watch(worker, "worker", "online", "message", "error", "exit")
        posted = [worker.postMessage(each) for each in ("first", ["second", 2], "last")]
        log("post", *posted)
        worker.on("exit", lambda _: log("after", worker.threadId, worker.postMessage("late")))
        return

    def on_message(message):
        parentPort.postMessage(["got", message])
        if message == "last":
            parentPort.close()
            parentPort.postMessage("dropped")

    parentPort.postMessage([isMainThread, threadId, workerData])
    parentPort.on("message", on_message)


run(main)
