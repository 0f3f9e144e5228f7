"""Listeners of a socket: in order, duplicates and all, once, prepended, removed while they
run; emit's result."""

# rows: 5.event.timeout 5.event.drain
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    socket = net.Socket()

    def first(*values: object) -> None:
        log("first", values)

    def second(*_: object) -> None:
        log("second")

    log(
        "same",
        socket.on("timeout", first) is socket,
        socket.addListener("timeout", second) is socket,
    )
    socket.on("timeout", first)
    log("once", socket.once("timeout", lambda *values: log("once", values)) is socket)
    log("prepend", socket.prependListener("timeout", lambda *_: log("prepended")) is socket)
    log(
        "prependOnce",
        socket.prependOnceListener("timeout", lambda *_: log("prepended once")) is socket,
    )
    log(
        "count",
        socket.listenerCount("timeout"),
        socket.listenerCount("timeout", first),
        socket.listenerCount("nothing"),
    )
    log("emit", socket.emit("timeout", 1, "two"))
    log("emit again", socket.emit("timeout"))
    log(
        "removed",
        socket.removeListener("timeout", first) is socket,
        socket.off("timeout", lambda *_: None) is socket,
    )
    log("emit", socket.emit("timeout"))
    log("none", socket.emit("nothing"), socket.emit("nothing", 1, 2, 3, 4))
    log("remove all", socket.removeAllListeners("timeout") is socket, socket.emit("timeout"))

    def removing(*_: object) -> None:
        log("removing")
        socket.off("drain", removed)
        socket.on("drain", lambda: log("added while running"))

    def removed(*_: object) -> None:
        log("removed while running")

    socket.on("drain", removing)
    socket.on("drain", removed)
    socket.emit("drain")
    log("second time", socket.listenerCount("drain"))
    socket.off("drain", removing)
    socket.emit("drain")


run(main)
