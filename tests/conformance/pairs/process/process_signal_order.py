"""Signals come after the events of a turn, each as often as it was sent, to every listener."""

# rows: 9.process.event.signal 9.process.nextTick
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    process = net.process
    process.on("SIGTERM", lambda *args: log("term", *args))
    process.on("SIGTERM", lambda: log("term too"))

    @process.once("SIGUSR2")
    def on_usr2(*args: object) -> None:
        log("usr2", *args, process.listenerCount("SIGUSR2"))
        process.kill(process.pid, "SIGHUP")
        process.nextTick(lambda: log("tick of usr2"))

    @process.prependListener("SIGHUP")
    def on_hup(*args: object) -> None:
        log("hup", *args)
        net.clearTimeout(timer)

    process.on("exit", lambda code: log("exit", code))
    timer = net.setTimeout(lambda: log("too late"), 20000)
    process.kill(process.pid, "SIGTERM")
    process.kill(process.pid, "SIGTERM")
    process.kill(process.pid, "SIGUSR2")
    log("after kill")
    process.nextTick(lambda: log("tick"))
    net.setImmediate(lambda: log("immediate"))


run(main)
