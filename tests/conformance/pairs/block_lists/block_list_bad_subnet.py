"""addSubnet: wrong networks, families and prefixes."""

# rows: 2.addSubnet
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    list = net.BlockList()
    attempt("nothing", lambda: list.addSubnet(None, None))
    attempt("no prefix", lambda: list.addSubnet("1.1.1.1", None))
    attempt("network number", lambda: list.addSubnet(1, 8))
    attempt("network before family", lambda: list.addSubnet(1, "y", 3))
    attempt("family before prefix", lambda: list.addSubnet("x", "y", 3))
    attempt("network before prefix", lambda: list.addSubnet("x", "y"))
    attempt("network with prefix", lambda: list.addSubnet("1.1.1.1/8", 8))
    attempt("ipv6 without family", lambda: list.addSubnet("::", 64))
    attempt("family word", lambda: list.addSubnet("1.1.1.1", 8, "x"))
    attempt("prefix string", lambda: list.addSubnet("1.1.1.1", "8"))
    attempt("prefix boolean", lambda: list.addSubnet("1.1.1.1", True))
    attempt("prefix fraction", lambda: list.addSubnet("1.1.1.1", 1.5))
    attempt("prefix no number", lambda: list.addSubnet("1.1.1.1", float("nan")))
    attempt("prefix infinite", lambda: list.addSubnet("1.1.1.1", float("inf")))
    attempt("prefix huge", lambda: list.addSubnet("1.1.1.1", 12345678901))
    attempt("prefix 33", lambda: list.addSubnet("1.1.1.1", 33))
    attempt("prefix of a value", lambda: list.addSubnet(net.SocketAddress({"family": "ipv6"}), 129))
    log("rules", list.rules)


run(main)
