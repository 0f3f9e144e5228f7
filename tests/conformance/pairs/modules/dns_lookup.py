"""dns.lookup of addresses and names: one, all, a family, an order, and a name that is not found."""

# rows: 9.dns.lookup
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet.node import dns
from tests.conformance.tracing import log, run


def main() -> None:
    steps: list[Callable[[Any], object]] = [
        lambda cb: dns.lookup("127.0.0.1", cb),
        lambda cb: dns.lookup("::1", cb),
        lambda cb: dns.lookup("::1", 4, cb),
        lambda cb: dns.lookup("127.0.0.1", {"all": True}, cb),
        lambda cb: dns.lookup("localhost", 4, cb),
        lambda cb: dns.lookup("localhost", {"family": "IPv4"}, cb),
        lambda cb: dns.lookup("localhost", cb, family=4, all=True),
        lambda cb: dns.lookup("localhost", {"order": "ipv4first"}, cb),
        lambda cb: dns.lookup("localhost", {"verbatim": False, "hints": dns.ADDRCONFIG}, cb),
        lambda cb: dns.lookup("name.invalid", cb),
        lambda cb: dns.lookup("name.invalid", {"all": True}, cb),
    ]

    def take(index: int) -> None:
        if index == len(steps):
            return
        sync = True

        def on_answer(*args: object) -> None:
            log("step", index, sync, *args)
            take(index + 1)

        steps[index](on_answer)
        sync = False

    take(0)
    log("constants", dns.ADDRCONFIG, dns.V4MAPPED, dns.ALL)


run(main)
