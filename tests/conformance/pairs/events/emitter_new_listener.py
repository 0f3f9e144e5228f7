"""newListener comes before the listener is there, removeListener after it is gone; removing
all tells of each."""

# rows: 5.event.connect 5.event.close
from __future__ import annotations

from collections.abc import Callable

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    socket = net.Socket()

    def one(*_: object) -> None:
        log("one")

    def two(*_: object) -> None:
        log("two")

    def on_new_listener(name: str, listener: Callable[..., object]) -> None:
        log("new", name, listener is one, listener is two, socket.listenerCount(name))
        if (name == "connect") and (socket.listenerCount("connect") == 0):
            socket.prependListener("timeout", two)

    socket.on("newListener", on_new_listener)

    def on_remove_listener(name: str, listener: Callable[..., object]) -> None:
        log("removed", name, listener is one, listener is two, socket.listenerCount(name))

    socket.on("removeListener", on_remove_listener)
    socket.on("connect", one)
    socket.once("connect", two)
    socket.emit("connect")
    socket.emit("connect")
    socket.off("connect", one)
    socket.off("connect", one)
    socket.on("ready", one)
    socket.on("ready", two)
    socket.on("ready", one)
    socket.removeAllListeners("ready")
    socket.removeAllListeners("newListener")
    socket.on("lookup", one)
    socket.removeAllListeners()
    log("names", socket.eventNames())


run(main)
