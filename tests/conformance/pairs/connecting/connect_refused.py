"""A refused connection to one address: one attempt, its failure, the plain error, then
close(true)."""

# rows: 6.tcp 8.1 5.event.connectionAttemptFailed 5.event.error 5.event.close
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    # Bound to 127.0.0.1 only: nobody answers at the same port of the other addresses.
    server = net.createServer()

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.2", lambda: log("never"))
        events = [
            "lookup",
            "connectionAttempt",
            "connectionAttemptFailed",
            "connectionAttemptTimeout",
            "connect",
            "ready",
        ]
        watch(client, "client", *events, "end", "error", "close")
        log("returned", client.connecting, client.autoSelectFamilyAttemptedAddresses)

        def on_error(error: Any) -> None:
            log(
                "in error",
                client.connecting,
                client.destroyed,
                client.errored is error,
                client.closed,
                client.readyState,
            )
            log("errno", error.errno, error.name, client.autoSelectFamilyAttemptedAddresses)
            net.nextTick(lambda: log("tick after error", client.closed))

        client.on("error", on_error)

        def on_close(*_: object) -> None:
            log(
                "in close",
                client.closed,
                client.destroyed,
                client.pending,
                client.remoteAddress,
                client.address(),
            )
            server.close()

        client.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
