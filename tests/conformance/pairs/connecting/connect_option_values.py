"""hints, family, timeout, host and what stands in the place of the options, of unusual types."""

# rows: 6.option.hints 6.option.family 6.option.host
from __future__ import annotations

import math
from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, run

VALUES: dict[str, Any] = {
    **{"false": False, "true": True, "NaN": math.nan, "infinite": math.inf, "negative": -1},
    **{"half": 1.5, "wraps": 2**32, "huge": 1e21, "empty": "", "digits": "4", "list": []},
    **{"object": {}, "bytes": b"hi"},
}
OPTIONS = ("hints", "family", "timeout", "host", "localAddress", "autoSelectFamilyAttemptTimeout")


def connect(option: str, value: Any) -> float | None:
    socket = net.connect({"port": 1, "host": "some.invalid", option: value})
    socket.destroy()
    return socket.timeout


def connect_alone(value: Any) -> bool:
    socket = net.Socket()
    socket.on("error", lambda _error: None)
    if value is True or (isinstance(value, int | float) and value is not False):
        return True
    return socket.connect(value).destroy().destroyed


def main() -> None:
    for name, value in VALUES.items():
        for option in OPTIONS:
            attempt(f"{option} {name}", lambda option=option, value=value: connect(option, value))
        attempt(f"alone {name}", lambda value=value: connect_alone(value))


run(main)
