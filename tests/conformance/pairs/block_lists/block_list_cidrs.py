"""addCIDRs: several at once, in their order; bad text among them adds none."""

# rows: 2.addCIDRs 2.PRIVATE_RANGES
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    list = net.BlockList()
    attempt("empty", lambda: list.addCIDRs([]))
    attempt("some", lambda: list.addCIDRs(["1.2.3.4/8", "::1/128", "1.2.3.4/8"]))
    log("rules", list.rules, list.size)
    for bad in [
        ["9.0.0.0/8", "x"],
        ["9.0.0.0/8", "9.0.0.0/x"],
        ["9.0.0.0/8", 5],
        ["9.0.0.0/8", {}],
        "9.0.0.0/8",
        5,
        {},
    ]:
        attempt("bad", lambda: list.addCIDRs(bad))
    log("after", list.size, list.check("9.1.1.1"))
    log("private", len(net.BlockList.PRIVATE_RANGES), [*net.BlockList.PRIVATE_RANGES])
    list.addCIDRs(net.BlockList.PRIVATE_RANGES)
    log("size", list.size)
    for address in [
        "10.1.1.1",
        "172.15.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "127.0.0.2",
        "169.254.9.9",
        "8.8.8.8",
    ]:
        log(address, list.check(address))
    for address in ["::1", "::2", "febf::1", "fec0::", "fdff::1", "2001:db8::1"]:
        log(address, list.check(address, "ipv6"))


run(main)
