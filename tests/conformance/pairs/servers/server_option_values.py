"""The options and arguments of a server with values of every type: what is refused, and what it is
taken for."""

# rows: 4.option.keepAlive 4.option.noDelay 4.option.pauseOnConnect 4.option.keepAliveInitialDelay
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, run


def listener(*_: object) -> None: ...


VALUES: dict[str, Any] = {
    **{"false": False, "true": True, "zero": 0, "one": 1, "half": 1.5, "negative": -1},
    **{"NaN": math.nan, "huge": 1e21, "empty": "", "text": "x", "digits": "80", "list": []},
    **{"object": {}, "function": listener, "bytes": b"hi"},
}
OPTIONS = (
    *("allowHalfOpen", "keepAlive", "keepAliveInitialDelay", "noDelay", "pauseOnConnect"),
    "blockList",
)


def made_with(option: str, value: Any) -> list[Any]:
    server = net.createServer({option: value})
    return [
        *(server.allowHalfOpen is not False, server.keepAlive, server.keepAliveInitialDelay),
        *(server.noDelay, server.pauseOnConnect),
    ]


CALLS: dict[str, Callable[[Any], object]] = {
    "alone": lambda value: net.createServer(value).listenerCount("connection"),
    "listener": lambda value: net.createServer({}, value).listenerCount("connection"),
    "close": lambda value: net.createServer().close(value).listening,
    "getConnections": lambda value: net.createServer().getConnections(value).listening,
}


def main() -> None:
    for name, value in VALUES.items():
        for option in OPTIONS:
            attempt(f"{option} {name}", lambda option=option, value=value: made_with(option, value))
        for call, function in CALLS.items():
            attempt(f"{call} {name}", lambda function=function, value=value: function(value))


run(main)
