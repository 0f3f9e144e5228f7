"""How workers end: by a status, by an exception, by signals, by having nothing to do."""
# rows: c.event.exit c.Worker.event.exit c.Worker.isDead c.process.exit

from __future__ import annotations

from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def main() -> None:
    if cluster.isPrimary:
        ways = ["zero", "seven", "exitCode", "terminate", "kill", "disconnect"]

        def next_way():
            if not ways:
                return log("done", cluster.workers)
            way = ways.pop(0)
            worker = cluster.fork({"WAY": way})

            def on_message(message, handle):
                if way == "terminate":
                    log("signalled", worker.process.kill(), worker.process.killed)
                if way == "kill":
                    log("signalled", worker.process.kill("SIGKILL"), worker.process.killed)
                if way == "disconnect":
                    worker.process.disconnect()

            worker.on("message", on_message)

            def on_exit(code, signal):
                log(way, code, signal, worker.process.exitCode, worker.process.signalCode)
                log("state", worker.isDead(), worker.isConnected(), worker.exitedAfterDisconnect)
                next_way()

            worker.on("exit", on_exit)

        next_way()
    else:
        way = process.env["WAY"]
        if way == "zero":
            process.exit()
        if way == "seven":
            process.exit(7)
        if way == "exitCode":
            process.exitCode = 3
            process.disconnect()
        else:
            process.send("ready")


run(main)
