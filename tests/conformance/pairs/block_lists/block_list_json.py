"""toJSON and fromJSON: the rules there and back, as a list and as text."""

# rows: 2.toJSON 2.fromJSON
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import byText, log, run


def main():
    list = net.BlockList()
    list.addAddress("1.2.3.4")
    list.addAddress("::1", "ipv6")
    list.addRange("10.0.0.1", "10.0.0.10")
    list.addRange("1::", "1::ff", "ipv6")
    list.addSubnet("172.16.0.0", 12)
    list.addSubnet("2001:db8::", 32, "ipv6")
    saved = byText(list.toJSON())
    log("saved", saved)
    copy = net.BlockList()
    copy.addAddress("9.9.9.9")
    log("from a list", copy.fromJSON(saved))
    log("rules", byText(copy.rules))
    text = '["Address: IPv4 5.5.5.5", "Subnet: IPv6 fe80::/10"]'
    log("from text", copy.fromJSON(text))
    log("rules", byText(copy.rules))
    log("empty", copy.fromJSON([]), copy.fromJSON("[]"), len(byText(copy.rules)))
    for address in [
        "1.2.3.4",
        "10.0.0.10",
        "10.0.0.11",
        "172.31.0.0",
        "172.32.0.0",
        "5.5.5.5",
        "9.9.9.9",
    ]:
        log(f"check {address}", list.check(address), copy.check(address))
    for address in ["::1", "1::ff", "1::100", "2001:db8:ffff::", "febf::", "fec0::"]:
        log(f"check {address}", list.check(address, "ipv6"), copy.check(address, "ipv6"))


run(main)
