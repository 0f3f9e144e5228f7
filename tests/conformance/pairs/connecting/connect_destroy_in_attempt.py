"""destroy() inside connectionAttempt: nothing is attempted any more."""

# rows: 5.event.connectionAttempt 5.destroy 8.1
# differs: destroy() within connectionAttempt ends the attempt; Node goes on with what it has just let go of, and crashes.
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda *_: log("never"))

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        watch(
            client,
            "client",
            "connectionAttempt",
            "connectionAttemptFailed",
            "connect",
            "error",
            "close",
        )

        def on_connection_attempt(*_: object) -> None:
            log("destroy", client.destroy() is client)
            log("state", client.connecting, client.destroyed, client.readyState)

        client.on("connectionAttempt", on_connection_attempt)
        client.on("close", lambda *_: server.close(lambda *_: log("server closed")))
        log("returned", client.connecting)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
