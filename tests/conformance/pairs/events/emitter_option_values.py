"""The options of an EventEmitter with values of every type, and listeners that are none."""

# rows: 4.event.error 5.event.error
from __future__ import annotations

import math
from typing import Any

from anynet import node as net
from anynet.node import EventEmitter
from tests.conformance.tracing import attempt, log, run

VALUES: dict[str, Any] = {
    **{"false": False, "true": True, "zero": 0, "one": 1, "NaN": math.nan, "empty": ""},
    **{"text": "x", "list": [], "object": {}, "bytes": b"hi"},
}
METHODS = ("on", "once", "off", "prependListener", "prependOnceListener")


def try_one(name: str, value: Any) -> None:
    attempt(f"options {name}", lambda: EventEmitter(value).getMaxListeners())
    attempt(
        f"captureRejections {name}",
        lambda: EventEmitter({"captureRejections": value}).getMaxListeners(),
    )
    attempt(
        f"setMaxListeners {name}",
        lambda: EventEmitter().setMaxListeners(value).getMaxListeners(),
    )
    for method in METHODS:
        attempt(
            f"{method} {name}",
            lambda method=method: getattr(EventEmitter(), method)("x", value).listenerCount("x"),
        )
    attempt(
        f"listenerCount {name}",
        lambda: EventEmitter().on("x", lambda: None).listenerCount("x", value),
    )


def main() -> None:
    for name, value in VALUES.items():
        try_one(name, value)

    async def reject() -> None:
        raise RuntimeError("rejected")

    net.EventEmitter.captureRejections = True
    for capture in (False, True, None):
        emitter = EventEmitter({"captureRejections": capture})
        emitter.on("x", reject)
        emitter.on("error", lambda error: log("captured", error))
        emitter.emit("x")


run(main)
