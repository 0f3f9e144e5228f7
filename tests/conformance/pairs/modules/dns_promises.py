"""dns.promises.lookup, and lookup made awaitable: the address with its family, or the list."""

# rows: 9.dns.promises 9.util.promisify
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet.node import dns, util
from tests.conformance.tracing import log, run


async def attempted(label: str, function: Callable[[], Any]) -> None:
    try:
        log(label, await function())
    except Exception as error:
        log(label + " threw", error)


async def main() -> None:
    lookup: Any = dns.promises.lookup
    promisified: Any = util.promisify(dns.lookup)
    await attempted("address", lambda: lookup("127.0.0.1"))
    await attempted("all", lambda: lookup("127.0.0.1", {"all": True}))
    await attempted("name", lambda: lookup("localhost", {"family": 4}))
    await attempted("name", lambda: lookup("localhost", family=4, all=True))
    await attempted("number", lambda: lookup("localhost", 4))
    await attempted("not found", lambda: lookup("name.invalid"))
    for bad in ["", 5]:
        await attempted("bad", lambda: lookup(bad))
    await attempted("bad family", lambda: lookup("x", {"family": 5}))
    await attempted("promisified", lambda: promisified("127.0.0.1"))
    await attempted("promisified", lambda: promisified("localhost", {"family": 4, "all": True}))
    await attempted("promisified", lambda: promisified("name.invalid"))


run(main)
