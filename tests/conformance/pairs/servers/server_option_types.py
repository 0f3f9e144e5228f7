"""Options of the wrong type: which are refused, with which words."""
# rows: 4.option.keepAlive 4.option.keepAliveInitialDelay 4.option.noDelay 4.option.allowHalfOpen 4.option.highWaterMark 4.option.pauseOnConnect

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, run, shown


def main() -> None:
    cases: list[tuple[str, Any]] = [
        ("noDelay", "yes"),
        ("noDelay", 1),
        ("noDelay", None),
        ("keepAlive", "yes"),
        ("keepAlive", 0),
        ("keepAliveInitialDelay", "1000"),
        ("keepAliveInitialDelay", True),
        ("keepAliveInitialDelay", 1.5),
        ("allowHalfOpen", "yes"),
        ("allowHalfOpen", 1),
        ("highWaterMark", "5"),
        ("highWaterMark", True),
        ("highWaterMark", 1.5),
        ("pauseOnConnect", "yes"),
        ("pauseOnConnect", None),
    ]

    def create(name: str, value: Any) -> None:
        attempt(f"{name} {shown(value)}", lambda: net.createServer({name: value}).listening)

    for name, value in cases:
        create(name, value)


run(main)
