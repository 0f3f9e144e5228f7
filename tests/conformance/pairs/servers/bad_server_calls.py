"""Arguments of a server's methods that are of the wrong type."""

# rows: 4.close 4.getConnections 4.event.connection 4.maxConnections
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    server = net.createServer()
    attempt("on number", lambda: server.on("connection", 5))
    attempt("on nothing", lambda: server.on("connection", None))
    attempt("once string", lambda: server.once("close", "x"))
    attempt("off object", lambda: server.off("close", {}))
    attempt("close string", lambda: server.close("x"))
    attempt("close number", lambda: server.close(5))
    attempt("address", lambda: server.address())
    attempt("listening", lambda: server.listening)
    attempt("ref", lambda: server.ref() == server)
    attempt("unref", lambda: server.unref() == server)
    attempt("max listeners", lambda: server.setMaxListeners(-1))
    attempt("max listeners", lambda: server.setMaxListeners("5"))
    log("listeners", server.listenerCount("connection"), server.listenerCount("close"))
    server.on("close", lambda: log("close"))
    server.getConnections(lambda error, count: log("connections", error, count))
    log("returned")


run(main)
