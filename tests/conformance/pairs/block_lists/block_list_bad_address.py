"""addAddress: arguments of the wrong type, unknown families, addresses that are none of the family."""

# rows: 2.addAddress
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    list = net.BlockList()
    attempt("nothing", lambda: list.addAddress(None))
    attempt("number", lambda: list.addAddress(1))
    attempt("fraction", lambda: list.addAddress(1.5))
    attempt("boolean", lambda: list.addAddress(True))
    attempt("list", lambda: list.addAddress(["1.1.1.1"]))
    attempt("object", lambda: list.addAddress({}))
    attempt("bytes", lambda: list.addAddress(b"1.1.1.1"))
    attempt("block list", lambda: list.addAddress(list))
    attempt("word", lambda: list.addAddress("localhost"))
    attempt("empty", lambda: list.addAddress(""))
    attempt("prefix", lambda: list.addAddress("1.1.1.1/8"))
    attempt("ipv6 without family", lambda: list.addAddress("::1"))
    attempt("ipv4 as ipv6", lambda: list.addAddress("1.1.1.1", "ipv6"))
    attempt("family number", lambda: list.addAddress("1.1.1.1", 4))
    attempt("family word", lambda: list.addAddress("1.1.1.1", "ipv5"))
    attempt("family before address", lambda: list.addAddress("x", 4))
    attempt("family before address", lambda: list.addAddress("x", "y"))
    log("rules", list.rules)


run(main)
