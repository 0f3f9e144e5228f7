"""destroy() while attempts are going on: in the timeout event, in a failure, and from a
timer. Nothing goes on."""

# rows: 6.autoselect 5.destroy 5.event.connectionAttemptTimeout 8.1 8.5
from __future__ import annotations

from collections.abc import Callable

from anynet import node as net
from tests.conformance.silent_listener import listen_silently
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        port = server.address()["port"]

        def on_silence(done: Callable[..., object]) -> None:
            cases = [
                ["timeout", ["127.0.0.3", "127.0.0.1"], "connectionAttemptTimeout"],
                ["failed", ["127.0.0.2", "127.0.0.1"], "connectionAttemptFailed"],
                ["timer", ["127.0.0.3", "127.0.0.1"], None],
            ]

            def next_one(*_: object) -> None:
                one = cases.pop(0) if cases else None
                if one is None:
                    server.close()
                    done()
                    return
                label, addresses, event = one
                log("case", label)
                client = net.connect(
                    {
                        "port": port,
                        "host": "many.names",
                        "autoSelectFamilyAttemptTimeout": 200 if event is None else 120,
                        "lookup": lambda hostname, options, callback: net.nextTick(
                            callback,
                            None,
                            [{"address": address, "family": 4} for address in addresses],
                        ),
                    }
                )
                events = [
                    "connectionAttempt",
                    "connectionAttemptFailed",
                    "connectionAttemptTimeout",
                ]
                watch(client, "client", *events, "connect", "error", "close")
                client.write("lost", lambda error: log("written", error.code))

                def destroy(*_: object) -> None:
                    client.destroy()
                    log(
                        "destroyed",
                        client.connecting,
                        client.destroyed,
                        client.autoSelectFamilyAttemptedAddresses,
                    )

                if event is None:
                    net.setTimeout(destroy, 20)
                else:
                    client.on(event, destroy)
                client.on("close", lambda *_: net.setTimeout(next_one, 250))

            next_one()

        listen_silently("127.0.0.3", port, on_silence)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
