"""AbortController and AbortSignal: once, in order, with a reason; listeners, onabort,
throwIfAborted."""

# rows: 4.listen.options.signal 5.option.signal
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    controller = net.AbortController()
    signal = controller.signal
    log("new", signal.aborted, signal.reason, signal is controller.signal)
    log("throwIfAborted", signal.throwIfAborted())
    signal.addEventListener(
        "abort", lambda event: log("first", event.type, event.target is signal, signal.aborted)
    )

    def removed(*_: object) -> None:
        log("never")

    signal.addEventListener("abort", removed)
    signal.removeEventListener("abort", removed)
    signal.onabort = lambda event: log("onabort", event.type)
    signal.addEventListener("abort", lambda *_: log("once"), once=True)
    enough = RuntimeError("enough")
    log("abort", controller.abort(enough), signal.aborted, signal.reason == enough)
    log("again", controller.abort("ignored"), signal.reason)
    log("a listener too late", signal.addEventListener("abort", lambda *_: log("never")))
    try:
        signal.throwIfAborted()
    except Exception as reason:
        log("thrown", reason is enough)
    plain = net.AbortController()
    plain.abort()
    log("default", plain.signal.reason.name, str(plain.signal.reason))
    failure = RuntimeError("mine")
    log(
        "made aborted",
        net.AbortSignal.abort(failure).aborted,
        net.AbortSignal.abort(failure).reason is failure,
    )
    attempt("rethrown", lambda: net.AbortSignal.abort(failure).throwIfAborted())


run(main)
