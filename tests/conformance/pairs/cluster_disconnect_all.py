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

        def called_back(*values):
            log("called back", values, sorted(told), cluster.workers)
            cluster.disconnect(lambda: log("and again"))
            log("later")

        def start():
            log("returned", cluster.disconnect(called_back))
            log(
                "connected",
                [[worker.id, worker.exitedAfterDisconnect] for worker in cluster.workers.values()],
            )

        cluster.on("disconnect", lambda worker: told.append(f"disconnect {worker.id}"))
        cluster.on(
            "exit", lambda worker, code, signal: told.append(f"exit {worker.id} {code} {signal}")
        )

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
