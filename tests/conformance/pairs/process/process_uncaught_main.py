"""What the program itself throws while it begins is uncaught as well, and what it has begun goes on."""

# rows: 9.process.event.uncaughtException
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    process = net.process
    process.on("uncaughtException", lambda error, origin: log("uncaught", error, origin))
    process.on("exit", lambda code: log("exit", code))
    net.setTimeout(lambda: log("timer"), 5)
    raise RuntimeError("main")


run(main)
