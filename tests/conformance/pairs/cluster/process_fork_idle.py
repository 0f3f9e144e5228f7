"""A child that listens to nothing ends by itself, though its channel is open."""
# rows: c.child_process.fork c.process.event.disconnect c.process.exit

from __future__ import annotations

from anynet.node import child_process, process
from tests.conformance.tracing import run, watch


def main() -> None:
    if "CHILD" not in process.env:
        child = child_process.fork(process.argv[1], {"env": {**process.env, "CHILD": "yes"}})
        watch(child, "child", "message", "disconnect", "exit")
    else:
        process.on("exit", lambda code: process.send(["exit", code, process.connected]) and None)
        process.send("hello")


run(main)
