"""Removals with bad arguments: the errors of the additions, but no order of the ends is asked for."""

# rows: 2.removeAddress 2.removeRange 2.removeSubnet
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    list = net.BlockList()
    list.addSubnet("1.1.1.0", 24)
    six = net.SocketAddress({"address": "::9", "family": "ipv6"})
    for args in [
        [5],
        ["x"],
        ["1.1.1.1", 5],
        ["1.1.1.1", "x"],
        ["1.1.1.1", "ipv6"],
        ["::1"],
        ["::1", "ipv6"],
    ]:
        attempt("address", lambda: list.removeAddress(*args))
    for args in [
        [5, "1.1.1.1"],
        ["x", "1.1.1.1"],
        ["1.1.1.1", 5],
        ["1.1.1.1", "x"],
        ["1.1.1.1", "1.1.1.0"],
        ["1.1.1.1", "::1"],
        ["1.1.1.1", "1.1.1.2", 5],
        ["1.1.1.1", "1.1.1.2", "ipv6"],
        ["1.1.1.1", six],
    ]:
        attempt("range", lambda: list.removeRange(*args))
    for args in [
        [5, 8],
        ["x", 8],
        ["1.1.1.1", "x"],
        ["1.1.1.1", "8"],
        ["1.1.1.1", 33],
        ["1.1.1.1", -1],
        ["1.1.1.1", 8.5],
        ["1.1.1.1", 8, 5],
        ["1.1.1.1", 8, "ipv6"],
        ["::1", 8],
        ["::1", 129, "ipv6"],
        ["1.1.1.0", 25],
    ]:
        attempt("subnet", lambda: list.removeSubnet(*args))
    log("still", list.rules, list.size)


run(main)
