"""Subnets: bits beyond the prefix do not matter, and the prefix has its limits."""

# rows: 2.addSubnet 2.check
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    list = net.BlockList()
    attempt("add", lambda: list.addSubnet("172.16.9.9", 12))
    attempt("add ipv6", lambda: list.addSubnet("8592:757c:efae:4e45::", 64, "ipv6"))
    attempt("add whole", lambda: list.addSubnet("9.9.9.9", 32))
    attempt("add odd", lambda: list.addSubnet("9.9.8.129", 25))
    for address in ["172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"]:
        log(f"check {address}", list.check(address))
    for address in ["9.9.9.8", "9.9.9.9", "9.9.9.10", "9.9.8.127", "9.9.8.128", "9.9.8.255"]:
        log(f"check {address}", list.check(address))
    for address in [
        "8592:757c:efae:4e44:ffff::",
        "8592:757c:efae:4e45::f",
        "8592:757c:efae:4e46::",
    ]:
        log(f"check {address}", list.check(address, "ipv6"))
    attempt("prefix 33", lambda: list.addSubnet("1.1.1.1", 33))
    attempt("prefix -1", lambda: list.addSubnet("1.1.1.1", -1))
    attempt("prefix 129", lambda: list.addSubnet("::", 129, "ipv6"))
    attempt("prefix 128", lambda: list.addSubnet("::1", 128, "ipv6"))
    attempt("prefix 0", lambda: list.addSubnet("1.1.1.1", 0))
    log("everything", list.check("200.200.200.200"), list.check("2001::", "ipv6"))
    log("rules", list.rules)


run(main)
