"""When all addresses refuse there is one AggregateError with each failure, once, and
close(true)."""

# rows: 6.autoselect 5.event.error 8.1 8.5 5.autoSelectFamilyAttemptedAddresses
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer()

    def on_listening() -> None:
        answer = [
            {"address": "::1", "family": 6},
            {"address": "127.0.0.2", "family": 4},
            {"address": "127.0.0.3", "family": 4},
        ]
        client = net.connect(
            {
                "port": server.address()["port"],
                "host": "many.names",
                "lookup": lambda hostname, options, callback: net.nextTick(callback, None, answer),
            }
        )
        events = [
            "lookup",
            "connectionAttempt",
            "connectionAttemptFailed",
            "connectionAttemptTimeout",
        ]
        watch(client, "client", *events, "connect", "end", "error", "close")
        client.write("lost", lambda error: log("written", error))

        def on_error(error: Any) -> None:
            log(
                "error",
                error.code,
                str(error),
                len(error.errors),
                isinstance(error, net.AggregateError),
            )
            log(
                "each",
                [one.errno for one in error.errors],
                *(getattr(error, name, None) for name in ("errno", "syscall", "port")),
            )
            log("attempted", client.autoSelectFamilyAttemptedAddresses)

        client.on("error", on_error)
        client.on("close", lambda *_: server.close())

    server.listen(0, "127.0.0.1", on_listening)


run(main)
