"""kill() and destroy() of a worker, from either side."""
# rows: c.Worker.kill c.Worker.event.exit c.Worker.exitedAfterDisconnect

from __future__ import annotations

from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:

        def next_way(ways):
            if not ways:
                return log("done")
            way, *rest = ways
            worker = cluster.fork({"WAY": way})

            def on_message(message, handle):
                if way == "kill":
                    log(way, worker.kill())
                if way == "destroy":
                    log(way, worker.destroy("SIGINT"))
                log("state", worker.process.killed, worker.exitedAfterDisconnect, worker.isDead())

            worker.on("message", on_message)
            worker.on("disconnect", lambda: log(way, "disconnect", worker.exitedAfterDisconnect))

            def on_exit(code, signal):
                log(way, "exit", code, signal, worker.exitedAfterDisconnect)
                next_way(rest)

            worker.on("exit", on_exit)

        next_way(["kill", "destroy", "self", "self destroy"])
    elif process.env["WAY"] == "self":
        cluster.worker.kill()
    elif process.env["WAY"] == "self destroy":
        cluster.worker.destroy()
    else:
        process.send("ready")


run(main)
