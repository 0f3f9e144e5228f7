"""What cannot be sent is refused at once, and nothing has gone then."""
# rows: c.Worker.send c.process.send

from __future__ import annotations

from anynet.node import cluster, process
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()

        def named():
            pass

        def online():
            attempt("no message", lambda: worker.send())
            attempt("function", lambda: worker.send(named))
            attempt("wrong handle", lambda: worker.send("a", {}))
            attempt("number as handle", lambda: worker.send("a", 1))
            attempt("options", lambda: worker.send("a", None, 1))
            attempt("text as options", lambda: worker.send("a", None, "x"))
            attempt("good", lambda: worker.send("end"))

        worker.on("online", online)
        worker.on("message", lambda message, handle: log("message", message))
        worker.on("exit", lambda code, signal: log("exit", code))
    else:

        def on_message(message, handle):
            process.send(message)
            process.disconnect()

        process.on("message", on_message)


run(main)
