"""child_process.fork() starts a program with a channel to it; without listeners it holds nothing."""
# rows: c.child_process.fork c.process.send c.process.connected c.process.disconnect

from __future__ import annotations

from anynet.node import child_process, cluster, process
from tests.conformance.tracing import log, run, watch


def main() -> None:
    if "CHILD" not in process.env:
        child = child_process.fork(
            process.argv[1], ["an", "argument"], {"env": {**process.env, "CHILD": "yes"}}
        )
        log("forked", child.connected, child.exitCode, child.signalCode, child.killed)
        watch(child, "child", "spawn", "message", "disconnect", "exit")

        def on_message(message, handle):
            if message == "last":
                log("disconnect", child.disconnect(), child.connected)

        child.on("message", on_message)
        child.on("disconnect", lambda: log("state", child.connected, child.exitCode))
        child.on(
            "exit",
            lambda code, signal: log("state", child.connected, child.exitCode, child.signalCode),
        )
    else:
        process.send([cluster.isPrimary, cluster.isWorker, process.connected, process.argv[-2:]])
        process.send("last")
        process.on("disconnect", lambda: process.exit(4))


run(main)
