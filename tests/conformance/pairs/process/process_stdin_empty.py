"""A standard input that is no pipe: it ends at once, without close, and holds nothing open."""

# rows: 9.process.stdin
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    stdin = net.process.stdin
    log("same", stdin is net.process.stdin, stdin.fd, stdin.readable)
    watch(stdin, "stdin", "data", "end", "close", "error")

    def look() -> None:
        log("timer", stdin.readableEnded, stdin.destroyed)

    stdin.on("end", lambda: net.setTimeout(look, 10))
    net.process.on("exit", lambda code: log("exit", code))


run(main)
