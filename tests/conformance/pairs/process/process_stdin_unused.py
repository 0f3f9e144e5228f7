"""A standard input that nobody reads holds nothing open."""

# rows: 9.process.stdin 9.process.event.exit
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    process: Any = net.process
    stdin = process.stdin
    log("flowing", stdin.readableFlowing, bool(stdin.isTTY))
    stdin.on("end", lambda: log("never"))
    process.on("beforeExit", lambda: log("beforeExit"))
    process.on("exit", lambda code: log("exit", code))


run(main)
