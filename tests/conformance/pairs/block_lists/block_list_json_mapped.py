"""fromJSON with rules for IPv4-mapped addresses, and with more text than a rule."""

# rows: 2.fromJSON
# differs: A text is a rule as a whole or not at all; Node takes the beginning of one that goes on for the rule.
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, byText, log, run


def main():
    list = net.BlockList()
    list.addAddress("::ffff:1.2.3.4", "ipv6")
    list.addSubnet("::ffff:9.0.0.0", 104, "ipv6")
    list.addRange("::ffff:7.7.7.1", "::ffff:7.7.7.3", "ipv6")
    list.addAddress("8.8.8.8")
    log("saved", byText(list.toJSON()))
    copy = net.BlockList()
    copy.fromJSON(byText(list.toJSON()))
    log("read", byText(copy.rules))
    log("check", copy.check("8.8.8.8"), copy.check("4.4.4.4"))
    log("check mapped", copy.check("1.2.3.4"), copy.check("9.1.1.1"), copy.check("7.7.7.2"))
    other = net.BlockList()
    for text in ["Address: IPv4 5.5.5.5", "Address: IPv4 1.1.1.1234", "Subnet: IPv4 1.1.1.1/325"]:
        attempt("read", lambda: other.fromJSON([text]))
    log("rules", byText(other.rules))


run(main)
