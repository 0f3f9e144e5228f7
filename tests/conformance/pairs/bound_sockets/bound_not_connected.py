"""A socket over a BoundSocket is open and not pending; what is sent or read before a connect
fails."""

# rows: b.Socket 5.pending 5.readyState 5.write 5.destroy
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    cases = {
        "write": lambda socket: log(
            "write", socket.write("x", lambda error=None: log("callback", error))
        ),
        "resume": lambda socket: socket.resume(),
        "data": lambda socket: socket.on("data", lambda data: log("data")),
        "end": lambda socket: socket.end(),
        "destroy": lambda socket: socket.destroy(),
        "destroy with an error": lambda socket: socket.destroy(Exception("enough")),
        "soon": lambda socket: socket.destroySoon(),
        "reset": lambda socket: log("reset", socket.resetAndDestroy() is socket),
    }
    names = list(cases)

    def next():
        if not names:
            return
        name = names.pop(0)
        log("case", name)
        bound = net.BoundSocket({"host": "127.0.0.1"})
        own = bound.address()["port"]
        socket = net.Socket({"handle": bound})
        log(
            "socket",
            socket.pending,
            socket.connecting,
            socket.readyState,
            socket.destroyed,
            socket.readable,
            socket.writable,
        )
        log(
            "ends",
            socket.localPort == own,
            socket.localAddress,
            socket.localFamily,
            socket.remotePort,
            socket.remoteAddress,
        )
        watch(socket, "socket", "end", "finish", "error")

        def onClose(hadError):
            log("close", hadError, socket.localPort)
            net.BoundSocket({"host": "127.0.0.1", "port": own}).close()
            next()

        socket.on("close", onClose)
        cases[name](socket)
        if name == "end":
            socket.on("finish", lambda: net.setImmediate(lambda: socket.destroy()))

    next()


run(main)
