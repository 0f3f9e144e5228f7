"""Listeners that are no functions, on sockets; and a listener taken off that was never there."""

# rows: 5.event.connect 5.event.data 5.event.timeout 5.connect
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    socket = net.Socket()
    listener = lambda: log("never")
    for value in [None, 5, "x", {}, True]:
        attempt("on", lambda: socket.on("data", value))
    for value in [None, 5]:
        attempt("once", lambda: socket.once("connect", value))
    for value in [None, 5]:
        attempt("prepend", lambda: socket.prependListener("end", value))
    for value in [None, 5]:
        attempt("off", lambda: socket.off("end", value))
    attempt("off of another", lambda: socket.off("end", listener) == socket)
    attempt("on", lambda: socket.on("timeout", listener) == socket)
    attempt("off", lambda: socket.removeListener("timeout", listener) == socket)
    log(
        "listeners",
        socket.listenerCount("data"),
        socket.listenerCount("connect"),
        socket.listenerCount("timeout"),
    )
    attempt("emit", lambda: socket.emit("timeout"))
    attempt("emit error", lambda: socket.emit("error", Exception("nobody listens")))
    attempt("emit no error", lambda: socket.emit("error", "text"))


run(main)
