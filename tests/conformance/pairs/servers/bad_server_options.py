"""Options of a server that are of the wrong type or out of range."""

# rows: 4.option.highWaterMark 4.option.keepAliveInitialDelay 4.option.noDelay 4.option.keepAlive 7.createServer
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    attempt("string", lambda: net.createServer("x"))
    attempt("number", lambda: net.createServer(5))
    attempt("boolean", lambda: net.createServer(True))
    attempt("constructor string", lambda: net.Server("x"))
    attempt("listener string", lambda: net.createServer({}, "x"))
    attempt("listener object", lambda: net.createServer({}, {}))
    attempt(
        "keepAliveInitialDelay string", lambda: net.createServer({"keepAliveInitialDelay": "5"})
    )
    attempt(
        "keepAliveInitialDelay negative", lambda: net.createServer({"keepAliveInitialDelay": -5})
    )
    attempt("highWaterMark negative", lambda: net.createServer({"highWaterMark": -1}))
    attempt("highWaterMark string", lambda: net.createServer({"highWaterMark": "x"}))
    attempt("noDelay string", lambda: net.createServer({"noDelay": "yes"}))
    attempt("keepAlive number", lambda: net.createServer({"keepAlive": 1}))
    attempt(
        "all right",
        lambda: net.createServer(
            {"keepAliveInitialDelay": 5, "highWaterMark": 5, "noDelay": True, "keepAlive": True}
        ),
    )
    attempt("empty", lambda: net.createServer({}))


run(main)
