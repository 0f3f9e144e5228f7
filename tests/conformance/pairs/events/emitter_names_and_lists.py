"""What an emitter knows of its listeners: names, listeners, rawListeners with the once
wrappers, limits."""

# rows: 4.event.connection 4.event.close
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    server = net.createServer()

    def listener(*values: object) -> None:
        log("called", values)

    log("names", server.eventNames())
    server.on("connection", listener)
    server.once("close", listener)
    server.prependListener("listening", listener)
    log("names", server.eventNames())
    log(
        "listeners",
        server.listeners("close")[0] is listener,
        len(server.listeners("connection")),
        server.listeners("x"),
    )
    raw = server.rawListeners("close")
    log(
        "raw",
        raw[0] is listener,
        raw[0].listener is listener,
        server.rawListeners("connection")[0] is listener,
    )
    raw[0]("through the wrapper")
    log("count", server.listenerCount("close"), server.eventNames())
    server.once("close", listener)
    server.rawListeners("close")[0].listener("past the wrapper")
    log("count", server.listenerCount("close"))
    log(
        "max",
        server.getMaxListeners(),
        server.setMaxListeners(3) is server,
        server.getMaxListeners(),
    )
    for bad in [-1, "x", None]:
        attempt("bad max", lambda: server.setMaxListeners(bad))
    for bad in [None, 5, "x", {}]:
        attempt("bad listener", lambda: server.on("x", bad))
        attempt("bad once", lambda: server.once("x", bad))
        attempt("bad off", lambda: server.off("x", bad))
    server.removeAllListeners()
    log("names", server.eventNames())


run(main)
