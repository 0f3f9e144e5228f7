"""A lookup that answers without a family, or with one that is none, for one address and for
all."""

# rows: 6.option.lookup 5.event.lookup
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

FAMILIES: dict[str, Any] = {
    **{"none": None, "zero": 0, "five": 5, "text": "IPv4", "true": True, "list": []}
}


def answering(*values: Any) -> Any:
    return lambda host, options, answer: answer(None, *values)


def main() -> None:
    cases: list[tuple[str, dict[str, Any]]] = []
    for name, family in FAMILIES.items():
        cases.append((f"one {name}", {"family": 4, "lookup": answering("127.0.0.1", family)}))
        all_of_them = [{"address": "127.0.0.1", "family": family}]
        cases.append((f"all {name}", {"lookup": answering(all_of_them)}))

    def next_one() -> None:
        if not cases:
            return
        name, options = cases.pop(0)
        socket = net.connect({"port": 1, "host": "some.name", **options})
        socket.on("lookup", lambda *values: log(f"{name} lookup", *values))
        socket.on("error", lambda error: log(f"{name} error", error))
        socket.on("close", lambda *_: net.setImmediate(next_one))

    next_one()


run(main)
