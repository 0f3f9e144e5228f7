"""A refused connection without a listener for error ends the program with that very error;
timers do not run any more."""

# rows: 8.9 5.event.error
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.2")
        client.on("connectionAttemptFailed", lambda *values: log("failed", *values))
        client.on("close", lambda *_: log("never"))
        net.setTimeout(lambda: log("never"), 200)
        log("waiting", client.listenerCount("error"))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
