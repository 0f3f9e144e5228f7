"""check: what raises, and what is simply not blocked."""

# rows: 2.check 2.isBlockList
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    list = net.BlockList()
    list.addAddress("1.1.1.1")
    attempt("nothing", lambda: list.check(None))
    attempt("number", lambda: list.check(1))
    attempt("object", lambda: list.check({"address": "1.1.1.1"}))
    attempt("list", lambda: list.check(["1.1.1.1"]))
    attempt("family number", lambda: list.check("1.1.1.1", 4))
    attempt("family object", lambda: list.check("1.1.1.1", {}))
    attempt("word", lambda: list.check("localhost"))
    attempt("empty", lambda: list.check(""))
    attempt("family word", lambda: list.check("1.1.1.1", "ipv5"))
    attempt("family empty", lambda: list.check("1.1.1.1", ""))
    attempt("other family", lambda: list.check("1.1.1.1", "ipv6"))
    attempt("right family", lambda: list.check("1.1.1.1", "IPV4"))
    attempt("is a list", lambda: net.BlockList.isBlockList(list))
    attempt("is none", lambda: net.BlockList.isBlockList({"rules": list.rules}))
    attempt("is none", lambda: net.BlockList.isBlockList(list.rules))
    attempt("is none", lambda: net.BlockList.isBlockList(None))
    log("list", list)


run(main)
