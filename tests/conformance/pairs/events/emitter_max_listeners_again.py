"""A list of listeners that has shrunk to one warns again; one that has shrunk to two does not."""

# rows: 8.9
from __future__ import annotations

import warnings
from typing import Any

from anynet import node as net
from anynet.node.events import EventEmitter
from tests.conformance.tracing import log, run


def f() -> None:
    pass


def g() -> None:
    pass


def main() -> None:
    seen: list[str] = []

    def on_warning(message: Any, category: type[Warning], *_: object) -> None:
        seen.append(str(message))

    warnings.showwarning = on_warning
    warnings.simplefilter("always")
    emitter = EventEmitter()
    emitter.setMaxListeners(1)
    emitter.on("removed", f).on("removed", g).removeListener("removed", g).on("removed", g)
    emitter.once("fired", f).on("fired", g)
    emitter.emit("fired")
    emitter.on("fired", f)
    emitter.on("two left", f).on("two left", f).on("two left", g).off("two left", g)
    emitter.on("two left", g)

    def on_immediate() -> None:
        for message in seen:
            log("warning", message)

    net.setImmediate(on_immediate)


run(main)
