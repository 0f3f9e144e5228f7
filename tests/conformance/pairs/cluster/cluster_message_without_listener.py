"""A worker's messages that come before anybody listens are lost."""
# rows: c.process.event.message c.Worker.event.message

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()
        worker.send("one")

        def on_message(message, handle):
            log("message", message)
            if message == "listening":
                worker.send("two")

        worker.on("message", on_message)
        worker.on("exit", lambda code, signal: log("exit", code))
    else:

        def later():
            def on_message(message, handle):
                process.send("got " + message)
                process.disconnect()

            process.on("message", on_message)
            process.send("listening")

        net.setTimeout(later, 100)


run(main)
