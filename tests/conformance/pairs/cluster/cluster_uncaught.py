"""An exception that nobody catches ends the worker with status 1."""
# rows: c.event.exit c.process.exit c.Worker.event.exit

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run, watch


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()
        watch(worker, "worker", "online", "message", "disconnect", "exit")
        worker.on("message", lambda message, handle: worker.send("fail") and None)
        worker.on(
            "exit",
            lambda code, signal: log(
                "state", worker.exitedAfterDisconnect, worker.isDead(), cluster.workers
            ),
        )
    else:

        def fail(message, handle):
            raise ValueError("what a worker dies of")

        process.on("message", fail)
        process.send("ready")


if cluster.isPrimary:
    run(main)
else:
    net.run(main, backend=process.env["CONFORMANCE_BACKEND"])
