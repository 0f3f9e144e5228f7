"""listen: options that name no place, and values of the wrong type."""

# rows: 4.listen.overloads 4.listen.options.path 4.listen.options.host 4.listen.options.backlog
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    server = net.createServer()
    server.on("error", lambda error: log("server error", error))
    attempt("no place", lambda: server.listen({}))
    attempt("host alone", lambda: server.listen({"host": "localhost"}))
    attempt("backlog alone", lambda: server.listen({"backlog": 5}))
    attempt("boolean", lambda: server.listen(True))
    attempt("false", lambda: server.listen(False))
    attempt("path number", lambda: server.listen({"path": 5}))
    attempt("path list", lambda: server.listen({"path": ["a"]}))
    attempt("path boolean", lambda: server.listen({"path": True}))
    attempt("list", lambda: server.listen([80]))
    attempt("descriptor string", lambda: server.listen({"fd": "5"}))
    attempt("descriptor negative", lambda: server.listen({"fd": -1}))
    log("nothing happened", server.listening, server.address())


run(main)
