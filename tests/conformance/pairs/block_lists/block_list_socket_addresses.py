"""SocketAddress values in place of strings: their own family counts, their port does not."""

# rows: 2.addAddress 2.addRange 2.addSubnet 2.check 2.rules
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, byText, log, run


def main():
    def value(address, family, port):
        return net.SocketAddress({"address": address, "family": family, "port": port})

    list = net.BlockList()
    attempt("add", lambda: list.addAddress(value("2.2.2.2", "ipv4", 80)))
    attempt("family passed over", lambda: list.addAddress(value("2::2", "ipv6", 80), "ipv4"))
    attempt(
        "wrong family passed over",
        lambda: list.addAddress(value("3.3.3.3", "ipv4", 0), "no family"),
    )
    attempt(
        "range", lambda: list.addRange(value("10.0.0.1", "ipv4", 5), value("10.0.0.3", "ipv4", 3))
    )
    attempt("range half", lambda: list.addRange(value("10.0.1.1", "ipv4", 5), "10.0.1.3"))
    attempt("range other half", lambda: list.addRange("5::1", value("5::3", "ipv6", 1), "ipv6"))
    attempt("subnet", lambda: list.addSubnet(value("9::", "ipv6", 0), 100, "ipv4"))
    log("rules", byText(list.rules))
    log("same port", list.check(value("2.2.2.2", "ipv4", 80)))
    log("other port", list.check(value("2.2.2.2", "ipv4", 81)))
    log("text", list.check("2.2.2.2"), list.check("2::2", "ipv6"), list.check("3.3.3.3"))
    log(
        "family passed over",
        list.check(value("2::2", "ipv6", 0), "ipv4"),
        list.check(value("2::2", "ipv6", 0), "x"),
    )
    log("range", list.check(value("10.0.0.3", "ipv4", 9)), list.check(value("10.0.0.4", "ipv4", 9)))
    log(
        "mapped",
        list.check(value("::ffff:10.0.1.2", "ipv6", 0)),
        list.check(value("::ffff:10.0.1.4", "ipv6", 0)),
    )
    log(
        "subnet",
        list.check(value("9::fff:ffff", "ipv6", 0)),
        list.check(value("9::1fff:ffff", "ipv6", 0)),
    )


run(main)
