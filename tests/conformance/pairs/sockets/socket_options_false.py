"""What JavaScript takes for false, as each option that is only looked at where it is true."""

# rows: 5.option.blockList 5.option.signal 5.option.allowHalfOpen 4.option.blockList 4.option.allowHalfOpen
from __future__ import annotations

import math
from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, run

VALUES: dict[str, Any] = {
    **{"0": 0, "false": False, "empty": "", "NaN": math.nan},
    **{"list": [], "object": {}, "one": 1, "text": "x"},
}


def make_server(option: str, value: Any) -> list[bool]:
    server = net.createServer({option: value})
    return [server.keepAlive, server.noDelay, server.pauseOnConnect]


def main() -> None:
    for name, value in VALUES.items():
        for option in (
            *("allowHalfOpen", "blockList", "captureRejections", "keepAlive", "noDelay"),
            *("objectMode", "signal"),
        ):
            attempt(
                f"Socket {option} {name}",
                lambda option=option, value=value: net.Socket({option: value}).allowHalfOpen,
            )
        for option in ("blockList", "keepAlive", "noDelay", "pauseOnConnect"):
            attempt(
                f"Server {option} {name}",
                lambda option=option, value=value: make_server(option, value),
            )


run(main)
