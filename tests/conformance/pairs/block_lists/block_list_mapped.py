"""IPv4-mapped IPv6 addresses, in every spelling, meet rules for IPv4, and the reverse."""

# rows: 2.check 2.addAddress 2.addSubnet 2.addRange
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import byText, log, run


def main():
    spellings = [
        "::ffff:1.2.3.4",
        "::FFFF:1.2.3.4",
        "::ffff:0102:0304",
        "::ffff:102:304",
        "0:0:0:0:0:ffff:1.2.3.4",
        "0000:0000:0000:0000:0000:ffff:0102:0304",
        "::ffff:1.2.3.5",
        "::fffe:1.2.3.4",
        "::1.2.3.4",
    ]
    address = net.BlockList()
    address.addAddress("1.2.3.4")
    range = net.BlockList()
    range.addRange("1.2.3.0", "1.2.3.4")
    subnet = net.BlockList()
    subnet.addSubnet("1.2.3.4", 31)
    for spelling in spellings:
        log(
            spelling,
            address.check(spelling, "ipv6"),
            range.check(spelling, "ipv6"),
            subnet.check(spelling, "ipv6"),
        )
        log(
            "without the family",
            address.check(spelling),
            range.check(spelling),
            subnet.check(spelling),
        )
    mapped = net.BlockList()
    mapped.addAddress("::ffff:5.6.7.8", "ipv6")
    mapped.addSubnet("::ffff:9.0.0.0", 104, "ipv6")
    mapped.addRange("::ffff:7.7.7.1", "::ffff:7.7.7.3", "ipv6")
    for plain in [
        "5.6.7.8",
        "5.6.7.9",
        "9.255.255.255",
        "10.0.0.0",
        "7.7.7.0",
        "7.7.7.1",
        "7.7.7.3",
        "7.7.7.4",
    ]:
        log(f"mapped rules {plain}", mapped.check(plain), mapped.check(f"::ffff:{plain}", "ipv6"))
    log("rules", byText(mapped.rules))
    all = net.BlockList()
    all.addSubnet("::", 0, "ipv6")
    log("all of ipv6", all.check("1.2.3.4"), all.check("::1", "ipv6"))


run(main)
