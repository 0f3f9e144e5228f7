"""addCIDRs with an address or a prefix that is bad, behind good ones."""

# rows: 2.addCIDRs
# differs: Of the CIDRs of a list all are added or none; Node leaves those before a bad address or prefix.
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    list = net.BlockList()
    for last in ["8.8.8/8", "x/8", "8.8.8.8/33", "::1/129"]:
        attempt(last, lambda: list.addCIDRs(["9.0.0.0/8", last]))
        log("left", list.size, list.check("9.1.1.1"))


run(main)
