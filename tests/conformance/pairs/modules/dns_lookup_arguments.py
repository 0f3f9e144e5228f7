"""What dns.lookup says of bad arguments, and in which order it looks at them."""

# rows: 9.dns.lookup
from __future__ import annotations

from typing import Any

from anynet.node import dns
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    lookup: Any = dns.lookup

    def never() -> None:
        log("never")

    for name in ["", False, 5, {}]:
        attempt("name", lambda: lookup(name, never))
    attempt("no callback", lambda: lookup("x"))
    attempt("no callback", lambda: lookup("x", {}))
    attempt("options", lambda: lookup("x", "y", never))
    attempt("family", lambda: lookup("x", 5, never))
    attempt("family", lambda: lookup("x", {"family": 5}, never))
    attempt("family", lambda: lookup("x", {"family": "v4"}, never))
    attempt("hints", lambda: lookup("x", {"hints": 1}, never))
    attempt("hints", lambda: lookup("x", {"hints": "x", "family": 5}, never))
    attempt("all", lambda: lookup("x", {"all": 1, "family": 4}, never))
    attempt("verbatim", lambda: lookup("x", {"verbatim": 1}, never))
    attempt("order", lambda: lookup("x", {"order": "x"}, never))
    attempt("name first", lambda: lookup("", {"order": "x"}))
    attempt("of an address", lambda: lookup("127.0.0.1", {"family": 5}, never))
    for options in [None, 5, {}]:
        attempt("null byte", lambda: lookup("127.0.0.1\0x", options))


run(main)
