"""Single addresses: what blocks them, and for which family."""

# rows: 2.addAddress 2.check
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, byText, log, run


def main():
    list = net.BlockList()
    attempt("empty", lambda: list.check("1.1.1.1"))
    attempt("add ipv4", lambda: list.addAddress("1.1.1.1"))
    attempt("add ipv4 by name", lambda: list.addAddress("2.2.2.2", "ipv4"))
    attempt("add ipv6", lambda: list.addAddress("8592:757c:efae:4e45:fb5d:d62a:0d00:8e17", "ipv6"))
    attempt("add any case", lambda: list.addAddress("::AB", "IPv6"))
    attempt("add twice", lambda: list.addAddress("1.1.1.1"))
    for address in ["1.1.1.0", "1.1.1.1", "1.1.1.2", "2.2.2.2", "01.1.1.1", "1.1.1"]:
        log(
            f"check {address}",
            list.check(address),
            list.check(address, "ipv4"),
            list.check(address, "ipv6"),
        )
    for address in ["8592:757c:efae:4e45:fb5d:d62a:d00:8e17", "::ab", "0:0::00AB", "::ac", "::"]:
        log(
            f"check {address}",
            list.check(address),
            list.check(address, "ipv6"),
            list.check(address, "IPV6"),
        )
    log("rules", byText(list.rules))


run(main)
