"""destroy() inside lookup, connect and ready: nothing of the connection follows but close."""

# rows: 5.destroy 5.event.lookup 5.event.connect 5.event.ready 8.1
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.on("error", lambda *_: None).resume())

    def on_listening() -> None:
        names = ["lookup", "connect", "ready"]

        def next_one(*_: object) -> None:
            name = names.pop(0) if names else None
            if name is None:
                server.close()
                return
            log("case", name)
            client = net.connect(
                {
                    "port": server.address()["port"],
                    "host": "any.name",
                    "lookup": lambda hostname, options, callback: net.nextTick(
                        callback, None, [{"address": "127.0.0.1", "family": 4}]
                    ),
                }
            )
            watch(
                client,
                "client",
                "lookup",
                "connectionAttempt",
                "connectionAttemptFailed",
                "connect",
                "ready",
                "error",
                "close",
            )

            def on_event(*_: object) -> None:
                client.destroy()
                log("destroyed", client.connecting, client.pending, client.readyState)

            client.on(name, on_event)
            client.write("x", lambda error: log("written", error))
            client.on("close", lambda *_: net.setImmediate(next_one))

        next_one()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
