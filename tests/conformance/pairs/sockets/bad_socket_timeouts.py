"""setTimeout of a socket: bad times, bad callbacks, and what stays as it was."""

# rows: 5.setTimeout 5.timeout
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    socket = net.Socket()
    attempt("at first", lambda: socket.timeout)
    attempt("set", lambda: socket.setTimeout(5000) == socket)
    attempt("negative", lambda: socket.setTimeout(-1))
    attempt("string", lambda: socket.setTimeout("5"))
    attempt("no number", lambda: socket.setTimeout(float("nan")))
    attempt("infinite", lambda: socket.setTimeout(float("inf")))
    attempt("nothing", lambda: socket.setTimeout(None))
    attempt("boolean", lambda: socket.setTimeout(True))
    attempt("object", lambda: socket.setTimeout({}))
    attempt("callback string", lambda: socket.setTimeout(10, "x"))
    attempt("callback object", lambda: socket.setTimeout(0, {}))
    log("listeners", socket.listenerCount("timeout"))
    attempt("with a callback", lambda: socket.setTimeout(1.5, lambda: log("never")) == socket)
    log("listeners", socket.timeout, socket.listenerCount("timeout"))
    attempt("off with the callback", lambda: socket.setTimeout(0, lambda: log("never")) == socket)
    log("listeners", socket.timeout, socket.listenerCount("timeout"))


run(main)
