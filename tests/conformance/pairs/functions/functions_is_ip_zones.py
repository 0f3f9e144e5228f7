"""Zones of IPv6 addresses, as isIPv6 takes them."""

# rows: 7.isIPv6 7.isIP
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    zones = [
        "lo",
        "eth0",
        "eth0.1",
        "eth-0",
        "en:0",
        "1",
        "0",
        "25",
        "LO",
        "",
        "%",
        "a%b",
        "a b",
        "a/b",
        "a_b",
        "é",
        "a]",
        "x" * 40,
    ]
    for zone in zones:
        text = f"fe80::1%{zone}"
        log(text, net.isIP(text), net.isIPv4(text), net.isIPv6(text))
    for text in [
        "::%lo",
        "%lo",
        "1.2.3.4%lo",
        "::ffff:1.2.3.4%lo",
        "fe80%lo::1",
        "[fe80::1%lo]",
        "fe80::1%lo/64",
    ]:
        log(text, net.isIP(text), net.isIPv6(text))


run(main)
