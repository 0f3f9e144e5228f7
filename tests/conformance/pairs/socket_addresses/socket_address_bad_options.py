"""SocketAddress: wrong options, and which of several is complained about."""

# rows: 3.errors 3.constructor
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    attempt("string", lambda: net.SocketAddress("1.2.3.4"))
    attempt("number", lambda: net.SocketAddress(1))
    attempt("boolean", lambda: net.SocketAddress(True))
    attempt("list", lambda: net.SocketAddress([]))
    attempt("family word", lambda: net.SocketAddress({"family": "ipv5"}))
    attempt("family number", lambda: net.SocketAddress({"family": 4}))
    attempt("family empty", lambda: net.SocketAddress({"family": ""}))
    attempt("address number", lambda: net.SocketAddress({"address": 1}))
    attempt("address list", lambda: net.SocketAddress({"address": []}))
    attempt("address empty", lambda: net.SocketAddress({"address": ""}))
    attempt("address word", lambda: net.SocketAddress({"address": "localhost"}))
    attempt("ipv6 without family", lambda: net.SocketAddress({"address": "::1"}))
    attempt("ipv4 as ipv6", lambda: net.SocketAddress({"address": "1.2.3.4", "family": "ipv6"}))
    attempt("flow label string", lambda: net.SocketAddress({"flowlabel": "1"}))
    attempt("flow label boolean", lambda: net.SocketAddress({"flowlabel": True}))
    attempt("flow label fraction", lambda: net.SocketAddress({"flowlabel": 1.5}))
    attempt("flow label negative", lambda: net.SocketAddress({"flowlabel": -1, "family": "ipv6"}))
    attempt(
        "flow label too large",
        lambda: net.SocketAddress({"flowlabel": 4294967296, "family": "ipv6"}),
    )
    attempt(
        "family first",
        lambda: net.SocketAddress({"family": "x", "address": 1, "port": -1, "flowlabel": -1}),
    )
    attempt(
        "then the type of the address",
        lambda: net.SocketAddress({"address": 1, "port": -1, "flowlabel": -1}),
    )
    attempt(
        "then the port", lambda: net.SocketAddress({"address": "x", "port": -1, "flowlabel": -1})
    )
    attempt("then the flow label", lambda: net.SocketAddress({"address": "x", "flowlabel": -1}))


run(main)
