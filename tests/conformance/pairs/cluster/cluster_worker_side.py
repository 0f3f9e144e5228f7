"""What a worker sees of the cluster and of itself."""
# rows: c.fork c.worker c.isPrimary c.process.send c.process.env

from __future__ import annotations

from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        log("primary", cluster.isPrimary, cluster.isMaster, cluster.isWorker)
        worker = cluster.fork({"COLOUR": "green", "NUMBER": 5})
        log("started", f"pid {worker.process.pid}")
        worker.on("message", lambda message, handle: log("message", message))
        worker.on("exit", lambda code, signal: log("exit", code, signal))
    else:
        worker = cluster.worker
        process.send(["role", cluster.isPrimary, cluster.isMaster, cluster.isWorker])
        process.send(
            ["worker", worker.id, worker.process is process, worker.isConnected(), worker.isDead()]
        )
        process.send(["env", process.env["COLOUR"], process.env["NUMBER"], process.connected])
        process.send(["worker", worker.exitedAfterDisconnect is None, len(process.argv) > 1])
        process.send(
            ["id", process.pid != process.ppid, "number" if isinstance(process.pid, int) else "?"]
        )
        worker.disconnect()


run(main)
