"""emit('error') without a listener throws that very error, or says what was emitted; the
monitor sees it first."""

# rows: 8.9 5.event.error
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    server = net.createServer()
    failure = net.NodeError("broken", "MINE")
    try:
        server.emit("error", failure)
    except Exception as error:
        log("the very error", error is failure, error)
    attempt("a string", lambda: server.emit("error", "broken"))
    attempt("a number", lambda: server.emit("error", 42))
    attempt("nothing", lambda: server.emit("error"))
    server.on(net.errorMonitor, lambda error: log("monitor", error))
    attempt("with a monitor only", lambda: server.emit("error", failure))
    server.on("error", lambda error: log("listener", error))
    attempt("with both", lambda: server.emit("error", failure))
    log("count", server.listenerCount("error"), server.listenerCount(net.errorMonitor))

    def on_error(*_: object) -> None:
        raise RuntimeError("from the listener")

    server.once("error", on_error)
    attempt("a listener that throws", lambda: server.emit("error", failure))
    attempt("afterwards", lambda: server.emit("error", failure))


run(main)
