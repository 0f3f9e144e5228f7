"""A monitor that emits error itself uses up a once-listener; the event under way does not throw."""

# rows: 8.9 5.event.error
from __future__ import annotations

from anynet.node.events import EventEmitter, errorMonitor
from tests.conformance.tracing import attempt, log, run


def tried(label: str, more: bool) -> None:
    emitter = EventEmitter()

    def on_monitor(error: Exception) -> None:
        log(f"{label} monitor", error)
        attempt(f"{label} within", lambda: emitter.emit("error", Exception("second")))

    emitter.once("error", lambda error: log(f"{label} listener", error))
    emitter.once(errorMonitor, on_monitor)
    if more:
        emitter.on("other", lambda: None)
    attempt(label, lambda: emitter.emit("error", Exception("first")))
    log(f"{label} left", emitter.eventNames())


def main() -> None:
    tried("alone", False)
    tried("with another event", True)


run(main)
