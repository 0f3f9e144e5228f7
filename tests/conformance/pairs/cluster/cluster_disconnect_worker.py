"""disconnect() of a worker closes its servers, then the channel, and then the worker ends."""
# rows: c.Worker.disconnect c.Worker.exitedAfterDisconnect c.Worker.event.disconnect c.Worker.event.exit

from __future__ import annotations

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run, watch


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()
        watch(worker, "worker", "message", "disconnect", "exit")
        watch(cluster, "cluster", "disconnect", "exit")
        worker.on(
            "listening",
            lambda address: log(
                "returned",
                worker.disconnect() is worker,
                worker.exitedAfterDisconnect,
                worker.isConnected(),
            ),
        )
        worker.on(
            "disconnect",
            lambda: log(
                "state", worker.isConnected(), worker.isDead(), worker.exitedAfterDisconnect
            ),
        )
    else:
        server = net.createServer()
        server.listen(0, "127.0.0.1")
        server.on(
            "close",
            lambda: process.send(
                ["server closed", server.listening, cluster.worker.exitedAfterDisconnect]
            ),
        )
        process.on("exit", lambda code: None)


run(main)
