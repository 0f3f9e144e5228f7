"""removeAllListeners() of emitters that have listeners to symbols, told to a removeListener
listener or not."""

# rows: 5.event.error 4.event.error
from __future__ import annotations

from typing import Any

from anynet import node as net
from anynet.node import EventEmitter, errorMonitor
from tests.conformance.tracing import log, run


def first(*_: object) -> None: ...


def second(*_: object) -> None: ...


def monitor(*_: object) -> None: ...


def another(*_: object) -> None: ...


def filled(emitter: Any, told: bool) -> Any:
    emitter.on("b", first)
    emitter.on(errorMonitor, monitor)
    emitter.on("a", second)
    if told:
        emitter.on(
            "removeListener",
            lambda name, listener: log("removed", str(name), listener.__name__),
        )
    emitter.on(errorMonitor, another)
    return emitter


def names(emitter: EventEmitter) -> list[str]:
    return [str(name) for name in emitter.eventNames()]


def main() -> None:
    for told in (False, True):
        for name in (None, errorMonitor, "b", "removeListener"):
            emitter = filled(EventEmitter(), told)
            log("all", told, "every" if name is None else str(name))
            emitter.removeAllListeners(name)
            log("left", names(emitter), emitter.listenerCount(errorMonitor))
    socket = filled(net.Socket(), False)
    socket.removeAllListeners(errorMonitor)
    log("socket", names(socket))
    socket.removeAllListeners()
    log("socket", names(socket))


run(main)
