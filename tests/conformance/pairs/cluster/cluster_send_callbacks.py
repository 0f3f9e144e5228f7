"""The callbacks of send come after it returned; a channel that is closed gives an error."""
# rows: c.Worker.send c.process.send c.Worker.event.error

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()

        def on_message(message, handle):
            log("message", message)
            if message == "sent true":
                worker.send("end")
            if message != "ready":
                return
            log("returned", worker.send("one", lambda error: log("first sent", error)))
            net.nextTick(lambda: log("tick"))
            log("returned", worker.send("two", None, lambda error: log("second sent", error)))
            log("returned", worker.send("three", None, {}, lambda error: log("third sent", error)))

        worker.on("message", on_message)
        worker.on("error", lambda error: log("error", error))

        def on_exit(code, signal):
            log("returned", worker.send("late", lambda error: log("called back", error)))
            log("returned", worker.send("later"))
            net.nextTick(lambda: log("tick"))

        worker.on("exit", on_exit)
    else:

        def on_message(message, handle):
            if message == "end":
                process.exit()
            if message != "three":
                process.send("got " + message)
                return

            def sent(error):
                process.send(f"sent {str(error is None).lower()}")

            process.send("got " + message, sent)

        process.on("message", on_message)
        process.send("ready")


run(main)
