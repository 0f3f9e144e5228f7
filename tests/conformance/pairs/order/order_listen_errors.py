"""listen() that fails: its callback never runs, the error is an event after the call, and
listen may be called again."""

# rows: 8.7 4.event.error 4.listen.overloads
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main() -> None:
    first = net.createServer()

    def on_first_listening() -> None:
        port = first.address()["port"]
        second = net.createServer()
        watch(second, "second", "listening", "close", "error")
        log(
            "returned",
            second.listen(port, "127.0.0.1", lambda: log("never")) is second,
            second.listening,
        )
        net.nextTick(lambda: log("tick", second.listening))

        def on_error(*_: object) -> None:
            log("address", second.address(), second.listening)
            second.listen({"path": "missing/s.sock"}, lambda: log("never again"))

            def on_error(*_: object) -> None:
                first.close()
                second.removeAllListeners("listening")

                def on_second_listening() -> None:
                    log("at last", second.listening, second.listenerCount("listening"))
                    attempt("twice", lambda: second.listen(0))
                    second.close()

                second.listen(0, "127.0.0.1", on_second_listening)

            second.once("error", on_error)

        second.once("error", on_error)

    first.listen(0, "127.0.0.1", on_first_listening)


run(main)
