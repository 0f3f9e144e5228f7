"""A range from an IPv4 to an IPv6 address."""

# rows: 2.addRange 2.rules
# differs: A range must be of one family; Node takes it and then blocks nothing that was meant.
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    list = net.BlockList()
    start = net.SocketAddress({"address": "1.1.1.1"})
    end = net.SocketAddress({"address": "2::", "family": "ipv6"})
    attempt("add", lambda: list.addRange(start, end))
    attempt("add backwards", lambda: list.addRange(end, start))
    log(
        "check",
        list.check("1.1.1.1"),
        list.check("1.1.1.2"),
        list.check("1::", "ipv6"),
        list.check("2::", "ipv6"),
    )
    log("rules", list.rules)


run(main)
