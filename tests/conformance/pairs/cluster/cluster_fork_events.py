"""The life of a worker: what the cluster, the worker and its process tell, and in which order."""
# rows: c.fork c.event.setup c.event.fork c.event.online c.event.disconnect c.event.exit c.Worker.isDead c.Worker.isConnected c.workers

from __future__ import annotations

from pathlib import Path

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run, watch


def main() -> None:
    if cluster.isPrimary:
        log("before", cluster.workers, cluster.worker, cluster.isWorker, cluster.isMaster)
        cluster.on(
            "setup",
            lambda settings: log("cluster setup", Path(settings["exec"]).stem, settings["silent"]),
        )
        watch(cluster, "cluster", "fork", "online", "message", "disconnect", "exit")
        worker = cluster.fork()
        log(
            "forked",
            worker.id,
            worker.isConnected(),
            worker.isDead(),
            worker.exitedAfterDisconnect,
            cluster.workers,
        )
        watch(worker, "worker", "online", "message", "disconnect", "exit")
        watch(worker.process, "process", "spawn", "message", "disconnect", "exit")
        net.nextTick(lambda: log("tick"))
        worker.on("message", lambda *_: log("sent", worker.send("end")))

        def disconnected() -> None:
            log(
                "disconnected",
                worker.isConnected(),
                worker.isDead(),
                worker.exitedAfterDisconnect,
                cluster.workers,
            )

        worker.on("disconnect", disconnected)
        worker.on(
            "exit",
            lambda *_: log("exited", worker.isConnected(), worker.isDead(), cluster.workers),
        )
    else:
        process.on("message", lambda *_: cluster.worker.disconnect())
        process.send("hello")


run(main)
