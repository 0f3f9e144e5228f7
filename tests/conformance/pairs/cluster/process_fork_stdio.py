"""The option stdio of fork(): which streams the child's object has, and what a bad list is
refused with."""

# rows: c.child_process.fork c.process.send
from __future__ import annotations

import sys
from typing import Any

from anynet.node import child_process, process
from tests.conformance.tracing import attempt, log, run

LISTS: dict[str, Any] = {
    "pipe": "pipe",
    "ignore": "ignore",
    "some": ["ignore", "pipe", "ignore", "ipc"],
    "numbers": [0, 1, 2, "ipc"],
    "short": [None, None, "pipe", "ipc"],
    "object": {},
}
BAD: list[Any] = [
    *("x", "ipc", ["pipe"], ["pipe", "pipe", "pipe"]),
    *(["pipe", "pipe", "pipe", "ipc", "ipc"], []),
]


def parent() -> None:
    for stdio in BAD:
        attempt("bad", lambda stdio=stdio: child_process.fork(process.argv[1], stdio=stdio))
    names = list(LISTS)

    def next_one() -> None:
        if not names:
            return
        name = names.pop(0)
        child = child_process.fork(
            process.argv[1],
            env={**process.env, "CHILD": name},
            stdio=LISTS[name],
            silent=name == "object",
        )
        streams = [stream is not None for stream in (child.stdin, child.stdout, child.stderr)]
        log(name, *streams, child.connected)
        if child.stdout:
            child.stdout.on("data", lambda data: log(f"{name} stdout", data))
        child.on("message", lambda message, _handle: log(f"{name} message", message))

        def on_close(code: int | None, signal: str | None) -> None:
            log(f"{name} close", code, signal)
            next_one()

        child.on("close", on_close)

    next_one()


def main() -> None:
    if "CHILD" not in process.env:
        parent()
        return
    if process.env["CHILD"] != "numbers":
        sys.stdout.write("printed")
        sys.stdout.flush()
    process.send("sent", lambda _error: process.disconnect())


run(main)
