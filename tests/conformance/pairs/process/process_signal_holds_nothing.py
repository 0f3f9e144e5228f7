"""A listener to a signal does not keep the program running, nor does a signal that is on its way."""

# rows: 9.process.event.signal 9.process.event.exit
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    net.process.on("SIGTERM", lambda: log("never"))
    net.process.on("exit", lambda code: log("exit", code))
    log("listeners", net.process.listenerCount("SIGTERM"))
    log("kill", net.process.kill(net.process.pid, "SIGTERM"))


run(main)
