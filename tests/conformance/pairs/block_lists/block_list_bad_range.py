"""addRange: which argument is complained about, and in which order."""

# rows: 2.addRange
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    list = net.BlockList()
    attempt("nothing", lambda: list.addRange(None, None))
    attempt("start alone", lambda: list.addRange("1.1.1.1", None))
    attempt("numbers", lambda: list.addRange(1, 2))
    attempt("number at the end", lambda: list.addRange("1.1.1.1", 2))
    attempt("start before family", lambda: list.addRange(1, 2, 3))
    attempt("family before end", lambda: list.addRange("1.1.1.1", 2, 3))
    attempt("word", lambda: list.addRange("x", "1.1.1.1"))
    attempt("word before type of end", lambda: list.addRange("x", 2))
    attempt("word at the end", lambda: list.addRange("1.1.1.1", "x"))
    attempt("ipv6 without family", lambda: list.addRange("::1", "::5"))
    attempt("families", lambda: list.addRange("1.1.1.1", "::5", "ipv4"))
    attempt("family word", lambda: list.addRange("1.1.1.9", "1.1.1.1", "z"))
    attempt("backwards", lambda: list.addRange("1.1.1.9", "1.1.1.1"))
    attempt(
        "backwards as values",
        lambda: list.addRange(
            net.SocketAddress({"address": "2::6", "family": "ipv6", "port": 80}),
            net.SocketAddress({"address": "2::5", "family": "ipv6"}),
        ),
    )
    log("rules", list.rules)


run(main)
