"""cluster.disconnect() ends all the workers, and calls back when none is left."""
# rows: c.disconnect c.event.disconnect c.event.exit c.workers

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        listening = []
        told = []
        left = ["called again", "one exit", "another exit"]

        def finish():
            # Which of them come before the callback varies.
            left.pop()
            if not left:
                log("told", sorted(told))

        def called_back(*values):
            log("called back", values, cluster.workers)
            cluster.disconnect(called_again)
            log("later")

        def called_again():
            log("and again")
            finish()

        def start():
            log("returned", cluster.disconnect(called_back))
            log(
                "connected",
                [[worker.id, worker.exitedAfterDisconnect] for worker in cluster.workers.values()],
            )

        cluster.on("disconnect", lambda worker: told.append(f"disconnect {worker.id}"))

        def on_exit(worker, code, signal):
            told.append(f"exit {worker.id} {code}")
            finish()

        cluster.on("exit", on_exit)

        def on_listening(worker, address):
            listening.append(worker)
            if len(listening) == 2:
                start()

        cluster.on("listening", on_listening)
        cluster.fork()
        cluster.fork()
    else:
        net.createServer().listen(0, "127.0.0.1")


run(main)
