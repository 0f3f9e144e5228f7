"""terminate() ends a worker that would go on, with 1; what it returns is awaited."""
# rows: t.Worker.terminate t.Worker.event.exit

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
        watch(worker, "worker", "error", "exit")

        async def on_message(message):
            log("message", message)
            ended = worker.terminate()
            log("terminate returned")
            log("terminated", await ended)
            log("once more", await worker.terminate())
            worker.postMessage("nobody is there")

        worker.on("message", on_message)
        return
    server = net.createServer()
    server.listen(0, "127.0.0.1", lambda: parentPort.postMessage("listening"))


run(main)
