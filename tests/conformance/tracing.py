"""What the Python half of a pair uses: log() prints a line of the trace in the canonical form."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from anynet import node as net


def shown(value: object) -> str:
    """The canonical text of a value, the same as on the JavaScript side."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bytes | bytearray | memoryview):
        return "bytes " + json.dumps(bytes(value).decode("latin1"), ensure_ascii=False)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, net.AggregateError):
        return f"AggregateError({shown(value.code)} {shown(value.errors)})"
    if isinstance(value, BaseException):
        return _shown_error(value)
    for kind in (net.Server, net.Socket, net.BlockList):
        if isinstance(value, kind):
            return kind.__name__
    if isinstance(value, net.Worker):
        return f"Worker {value.id}"
    if isinstance(value, net.SocketAddress):
        parts = (shown(value.address), shown(value.family), str(value.port), str(value.flowlabel))
        return f"SocketAddress({' '.join(parts)})"
    if isinstance(value, Mapping):
        keys = sorted(key for key in value if value[key] is not None)
        return "{" + ", ".join(f"{key}: {shown(value[key])}" for key in keys) + "}"
    return "function" if callable(value) else str(value)


def _shown_error(error: BaseException) -> str:
    more = ("syscall", "address", "port", "hostname")
    values = ((key, getattr(error, key, None)) for key in more)
    parts = "".join(f" {key}={shown(value)}" for key, value in values if value is not None)
    return f"Error({shown(getattr(error, 'code', None))} {shown(str(error))}{parts})"


def log(label: str, *values: object) -> None:
    """Print a line of the trace."""
    sys.stdout.write(" ".join([label, *map(shown, values)]) + "\n")
    sys.stdout.flush()


def attempt(label: str, function: Callable[[], object]) -> None:
    """Log what ``function`` returns or raises."""
    try:
        log(label, function())
    except Exception as error:
        log(f"{label} threw", error)


def watch(emitter: Any, label: str, *names: str) -> None:
    """Log each of the events as it happens."""

    def watch_one(name: str) -> None:
        emitter.on(name, lambda *values: log(f"{label} {name}", *values))

    for name in names:
        watch_one(name)


def byText(rules: list[str]) -> list[str]:
    """The rules of a block list, its addresses sorted: Node keeps those in the order of a hash
    table."""
    count = 0
    while count < len(rules) and rules[count].startswith("Address:"):
        count += 1
    return [*sorted(rules[:count]), *rules[count:]]


def run(main: Callable[[], object]) -> None:
    """Run the program of a pair on the backend that the runner asks for."""
    try:
        backend: Any = os.environ.get("CONFORMANCE_BACKEND", "asyncio")
        net.run(main, backend=backend)
    except Exception as error:
        log("uncaught", error)
        sys.exit(1)
