"""The arguments of a socket's setters with values of every type."""

# rows: 5.setTimeout 5.setKeepAlive 5.setNoDelay 5.timeout
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, run

VALUES: dict[str, Any] = {
    **{"false": False, "true": True, "zero": 0, "one": 1, "half": 1.5, "negative": -1},
    **{"NaN": math.nan, "infinite": math.inf, "empty": "", "digits": "80", "list": []},
    **{"object": {}, "bytes": b"hi"},
}
CALLS: dict[str, Callable[[net.Socket, Any], object]] = {
    "timeout": lambda s, value: s.setTimeout(value).timeout,
    "callback of 0": lambda _s, value: net.Socket().setTimeout(0, value).timeout,
    "callback of 9": lambda _s, value: (
        net.Socket().setTimeout(9, value).destroy().listenerCount("timeout")
    ),
    "keepAlive": lambda s, value: s.setKeepAlive(value) is s,
    "delay": lambda s, value: s.setKeepAlive(True, value) is s,
    "noDelay": lambda s, value: s.setNoDelay(value) is s,
    "autoSelectFamily": lambda _s, value: net.setDefaultAutoSelectFamily(value),
    "attempt timeout": lambda _s, value: net.setDefaultAutoSelectFamilyAttemptTimeout(value),
}


def main() -> None:
    for name, value in VALUES.items():
        socket = net.Socket()
        for call, function in CALLS.items():
            attempt(
                f"{call} {name}",
                lambda function=function, socket=socket, value=value: function(socket, value),
            )
        socket.destroy()


run(main)
