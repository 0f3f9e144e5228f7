"""Arguments of listen() that name nothing to listen at, or something of the wrong type."""
# rows: 4.listen.overloads 4.listen.options.host 4.listen.options.path 4.listen.options.backlog

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    server = net.createServer()
    server.on("listening", lambda: log("never"))

    def listen(value: Any) -> object:
        return server.listen(value)

    attempt("empty options", lambda: listen({}))
    attempt("host alone", lambda: listen({"host": "127.0.0.1"}))
    attempt("backlog alone", lambda: listen({"backlog": 5}))
    attempt("true", lambda: listen(True))
    attempt("false", lambda: listen(False))
    attempt("path a number", lambda: listen({"path": 5}))
    attempt("path true", lambda: listen({"path": True}))
    attempt("host a number", lambda: listen({"port": 0, "host": 5}))
    attempt("host true", lambda: listen({"port": 0, "host": True}))
    attempt("host an object", lambda: listen({"port": 0, "host": {"a": 1}}))
    attempt("host an array", lambda: listen({"port": 0, "host": ["::1"]}))
    attempt("host with a null byte", lambda: listen({"port": 0, "host": "127.0.0.1\0"}))
    attempt("an array", lambda: listen([1]))
    log("nothing happened", server.listening, server.address())


run(main)
