"""Listeners of any length are found again."""

# rows: 4.event.connection 5.event.data
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    socket = net.Socket()

    def none() -> None:
        log("none")

    def three(one: object, two: object, three: object) -> None:
        log("three", one, two, three)

    @socket.on("removeListener")
    def on_remove(name: str, listener: object) -> None:
        log("removed", name, listener is none, listener is three)

    @socket.on("newListener")
    def on_new(name: str, listener: object) -> None:
        log("new", name, listener is none, listener is three)

    def which(listeners: list[Any]) -> list[list[bool]]:
        return [[each is none, each is three] for each in listeners]

    socket.on("timeout", none)
    socket.once("timeout", three)
    socket.prependListener("timeout", three)
    socket.prependOnceListener("timeout", none)
    socket.emit("timeout")
    log("listeners", which(socket.listeners("timeout")))
    log("raw", which(socket.rawListeners("timeout")))
    log("count", socket.listenerCount("timeout", none), socket.listenerCount("timeout", three))
    socket.once("timeout", none)
    raw: list[Any] = socket.rawListeners("timeout")
    log("raw of once", [[each is none, getattr(each, "listener", None) is none] for each in raw])
    socket.off("timeout", none)
    socket.off("timeout", three)
    log("count", socket.listenerCount("timeout"))
    socket.emit("timeout")
    socket.off("timeout", none)
    log("count", socket.listenerCount("timeout"))
    socket.setTimeout(1000, none)
    socket.setTimeout(0, none)
    log("count", socket.listenerCount("timeout"))


run(main)
