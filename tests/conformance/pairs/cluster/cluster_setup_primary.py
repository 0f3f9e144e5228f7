"""setupPrimary() changes what the next fork starts; each call is told."""
# rows: c.setupPrimary c.settings c.event.setup

from __future__ import annotations

from pathlib import Path

from anynet import node as net
from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def shown(settings):
    return {**settings, "exec": Path(settings["exec"]).stem} if settings else settings


def main() -> None:
    if cluster.isPrimary:
        cluster.on(
            "setup", lambda settings: log("setup", shown(settings), settings is cluster.settings)
        )
        log("before", cluster.settings)
        log("returned", cluster.setupPrimary({"args": ["one", "two"], "own": 1}))
        log("settings", shown(cluster.settings))
        cluster.setupMaster({"args": ["three"]})
        log("settings", shown(cluster.settings))
        net.nextTick(lambda: log("tick"))
        worker = cluster.fork()

        def on_message(message, handle):
            log("message", message)
            cluster.setupPrimary()
            log("settings", shown(cluster.settings))
            worker.disconnect()

        worker.on("message", on_message)
        worker.on("exit", lambda code, signal: log("exit", code))
    else:
        process.send([len(process.argv) - process.argv.index("three"), "three", *process.argv[-1:]])


run(main)
