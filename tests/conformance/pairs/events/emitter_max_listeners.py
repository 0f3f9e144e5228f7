"""More listeners of one name than the limit: one warning for that name, and all are called."""

# rows: 5.event.data 5.event.timeout
from __future__ import annotations

import warnings
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    seen: list[list[str]] = []

    def on_warning(message: Any, category: type[Warning], *_: object) -> None:
        seen.append([category.__name__, str(message)])

    warnings.showwarning = on_warning
    warnings.simplefilter("always")
    socket = net.Socket()
    log("limit", socket.getMaxListeners())
    calls = 0

    def called() -> None:
        nonlocal calls
        calls += 1

    for _ in range(13):
        socket.on("timeout", called)
    socket.setMaxListeners(2)
    for _ in range(4):
        socket.once("lookup", called)
    socket.setMaxListeners(0)
    for _ in range(30):
        socket.on("drain", called)
    for name in ["timeout", "lookup", "lookup", "drain"]:
        log("emit", name, socket.emit(name), calls)

    def on_immediate() -> None:
        for name, message in seen:
            log("warning", name, message)

    net.setImmediate(on_immediate)


run(main)
