"""What setTimeout takes and refuses; a callback given with 0 is taken away."""

# rows: 5.setTimeout 5.timeout

import math

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    socket = net.Socket()
    attempt("string", lambda: socket.setTimeout("x"))
    attempt("negative", lambda: socket.setTimeout(-1))
    attempt("nan", lambda: socket.setTimeout(math.nan))
    attempt("infinity", lambda: socket.setTimeout(math.inf))
    attempt("nothing", lambda: socket.setTimeout())
    attempt("bad callback", lambda: socket.setTimeout(5, "x"))
    attempt("bad callback off", lambda: socket.setTimeout(0, "x"))
    log("property", socket.timeout)

    def callback():
        log("never")

    log(
        "on",
        socket.setTimeout(1000, callback) is socket,
        socket.timeout,
        socket.listenerCount("timeout"),
    )
    log(
        "twice",
        socket.setTimeout(2000, callback) is socket,
        socket.timeout,
        socket.listenerCount("timeout"),
    )
    log(
        "off",
        socket.setTimeout(0, callback) is socket,
        socket.timeout,
        socket.listenerCount("timeout"),
    )
    log(
        "off all",
        socket.setTimeout(0, callback) is socket,
        socket.timeout,
        socket.listenerCount("timeout"),
    )
    socket.setTimeout(5)
    socket.destroy()
    log("destroyed", socket.timeout)
    log(
        "after",
        socket.setTimeout(10, callback) is socket,
        socket.timeout,
        socket.listenerCount("timeout"),
    )
    net.setTimeout(lambda: log("done"), 40)


run(main)
