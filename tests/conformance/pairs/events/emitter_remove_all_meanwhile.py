"""removeAllListeners() leaves nothing, not even what a listener to removeListener adds meanwhile."""

# rows: 8.9
from __future__ import annotations

from anynet.node.events import EventEmitter
from tests.conformance.tracing import log, run


def main() -> None:
    emitter = EventEmitter()

    def on_removed(name: str) -> None:
        log("removed", name)
        emitter.once("late", lambda: log("never"))

    emitter.on("removeListener", on_removed)
    emitter.on("a", lambda: None)
    emitter.removeAllListeners("a")
    log("one event", emitter.eventNames())
    emitter.on("b", lambda: None)
    emitter.prependListener("removeListener", lambda: log("first"))
    emitter.removeAllListeners()
    log("all", emitter.eventNames(), emitter.emit("late"))


run(main)
