"""What is no program, and data that cannot be copied, is refused at the call."""
# rows: t.Worker.constructor t.clone t.Worker.event.error

from __future__ import annotations

from anynet import node as net
from anynet.node.worker_threads import (
    MessageChannel,
    Worker,
)
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    attempt("number", lambda: Worker(5))
    attempt("bare name", lambda: Worker("worker.js"))
    for value in [[lambda: None], net.createServer()]:
        try:
            Worker(__file__, {"workerData": value})
        except net.NodeError as error:
            log("workerData threw", error.name, error.code)
    attempt("nothing to post", lambda: MessageChannel().port1.postMessage())
    worker = Worker("/nowhere/worker.js")
    worker.on("error", lambda error: log("error", error.code, str(error)))
    worker.on("exit", lambda code: log("exit", code))


run(main)
