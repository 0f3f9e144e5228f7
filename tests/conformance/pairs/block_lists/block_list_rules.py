"""The rules as text: addresses, subnets, ranges, the newest first, in canonical spelling; the list is a copy."""

# rows: 2.rules 2.toJSON
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import byText, log, run


def main():
    list = net.BlockList()
    log("none", byText(list.rules), byText(list.toJSON()))
    list.addAddress("123.123.123.123")
    list.addRange("10.0.0.1", "10.0.0.10")
    list.addSubnet("8592:757c:efae:4e45:0:0:0:1", 64, "ipv6")
    list.addSubnet("1.2.3.4", 8)
    list.addAddress("FE80:0:0:0:0:0:0:1%lo", "ipv6")
    list.addAddress("::ffff:1.2.3.4", "ipv6")
    list.addAddress("::1.2.3.4", "ipv6")
    list.addAddress("1:0:0:2:0:0:0:3", "ipv6")
    list.addRange("::1", "::0:0:9", "ipv6")
    list.addAddress("123.123.123.123")
    for rule in byText(list.rules):
        log(rule)
    copy = byText(list.rules)
    copy.append("Address: IPv4 9.9.9.9")
    log("copy", len(copy), len(byText(list.rules)), list.check("9.9.9.9"))
    log("json", byText(list.toJSON()))


run(main)
