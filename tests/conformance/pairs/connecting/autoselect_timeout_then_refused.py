"""A timeout and a refusal: an AggregateError that holds both, the timeout as ETIMEDOUT."""

# rows: 6.autoselect 5.event.connectionAttemptTimeout 5.event.error 8.1
from __future__ import annotations

from collections.abc import Callable

from anynet import node as net
from tests.conformance.silent_listener import listen_silently
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer()

    def on_listening() -> None:
        port = server.address()["port"]

        def on_silence(done: Callable[..., object]) -> None:
            answer = [
                {"address": address, "family": 4}
                for address in ["127.0.0.2", "127.0.0.3", "127.0.0.4"]
            ]
            client = net.connect(
                {
                    "port": port,
                    "host": "many.names",
                    "autoSelectFamilyAttemptTimeout": 150,
                    "lookup": lambda hostname, options, callback: net.nextTick(
                        callback, None, answer
                    ),
                }
            )
            events = ["connectionAttempt", "connectionAttemptFailed", "connectionAttemptTimeout"]
            watch(client, "client", *events, "connect", "error", "close")
            client.on(
                "error",
                lambda error: log("errnos", [[one.errno, one.syscall] for one in error.errors]),
            )
            client.write("lost", lambda error: log("written", error.code))

            def on_close(*_: object) -> None:
                log("attempted", client.autoSelectFamilyAttemptedAddresses)
                server.close()
                done()

            client.on("close", on_close)

        listen_silently("127.0.0.3", port, on_silence)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
