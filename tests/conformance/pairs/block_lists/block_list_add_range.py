"""Ranges include both their ends, and may be of one address."""

# rows: 2.addRange 2.check
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main():
    list = net.BlockList()
    attempt("add", lambda: list.addRange("10.0.0.1", "10.0.0.10"))
    attempt("add of one", lambda: list.addRange("10.0.1.7", "10.0.1.7"))
    attempt("add ipv6", lambda: list.addRange("::a", "::c", "ipv6"))
    attempt("add overlapping", lambda: list.addRange("10.0.0.5", "10.0.0.12"))
    for last in [0, 1, 2, 9, 10, 11, 12, 13]:
        log(f"check .{last}", list.check(f"10.0.0.{last}"))
    for last in [6, 7, 8]:
        log(f"check of one .{last}", list.check(f"10.0.1.{last}"))
    for last in ["9", "a", "b", "c", "d"]:
        log(f"check ::{last}", list.check(f"::{last}", "ipv6"))
    attempt("backwards", lambda: list.addRange("10.0.0.2", "10.0.0.1"))
    attempt("backwards ipv6", lambda: list.addRange("::2", "::1", "ipv6"))
    attempt("all of them", lambda: list.addRange("0.0.0.0", "255.255.255.255"))
    log(
        "first and last",
        list.check("0.0.0.0"),
        list.check("255.255.255.255"),
        list.check("::9", "ipv6"),
    )
    log("rules", list.rules)


run(main)
