"""Signals that cannot be caught are refused; what is no signal is an event like any other."""

# rows: 9.process.event.signal
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    process = net.process
    for name in ["SIGKILL", "SIGSTOP", "SIGFOO", "sigterm", "SIGUSR2", "SIGPIPE", "SIGWINCH"]:
        attempt("on " + name, lambda: process.on(name, lambda: log("called")) is process)
        attempt("once " + name, lambda: process.once(name, lambda: log("called")) is process)
        log("count", process.listenerCount(name))
    log("emit", process.emit("SIGFOO"))
    process.removeAllListeners("SIGUSR2")
    log("count", process.listenerCount("SIGUSR2"))


run(main)
