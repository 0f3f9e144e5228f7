"""Arguments of connect() that are no overload at all, and a listener that is no function."""

# rows: 6.factory 5.connect
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def named(*_: object) -> None:
    pass


def main() -> None:
    attempt("nothing", lambda: net.connect())
    attempt("undefined", lambda: net.connect(None))
    attempt("a function only", lambda: net.connect(named))
    attempt("false", lambda: net.connect(False))
    attempt("a list", lambda: net.connect([]))
    attempt("of the socket, nothing", lambda: net.Socket().connect())
    attempt("of the socket, undefined", lambda: net.Socket().connect(None))
    attempt("of the socket, undefined twice", lambda: net.Socket().connect(None, None))
    attempt("of the socket, false", lambda: net.Socket().connect(False, "127.0.0.1"))
    attempt("listener is no function", lambda: net.connect(70000, "127.0.0.1", 5))


run(main)
