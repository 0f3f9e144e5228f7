"""destroy() in the tick of connect(), in the next tick, and with an error: one error at
most, then close."""

# rows: 5.destroy 8.1 8.5 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer()

    def on_listening() -> None:
        ways = [
            ["at once", lambda client: client.destroy()],
            ["at once with an error", lambda client: client.destroy(RuntimeError("mine"))],
            [
                "twice",
                lambda client: client.destroy(RuntimeError("first")).destroy(
                    RuntimeError("second")
                ),
            ],
            [
                "in a tick",
                lambda client: net.nextTick(lambda: log("destroyed", client.destroy() is client)),
            ],
            ["soon", lambda client: client.destroySoon()],
        ]

        def next_one(*_: object) -> None:
            way = ways.pop(0) if ways else None
            if way is None:
                server.close()
                return
            log("case", way[0])
            client = net.connect(server.address()["port"], "127.0.0.1")
            watch(
                client, "client", "connectionAttempt", "connect", "finish", "end", "error", "close"
            )
            client.write("pending", lambda error: log("written", error))
            way[1](client)
            log("state", client.connecting, client.destroyed, client.readyState, client.closed)
            net.nextTick(lambda: log("tick", client.closed))
            client.on("close", lambda *_: net.setImmediate(next_one))

        next_one()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
