"""allowHalfOpen of the client: with it the client goes on writing after the server's end,
without it not."""

# rows: 5.option.allowHalfOpen 8.2 6.factory
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        c.end("that is all")
        watch(c, "server side", "data", "end", "close")

    server = net.createServer({"allowHalfOpen": True}, on_connection)

    def on_listening() -> None:
        def one(allowHalfOpen: Any, then: Callable[..., object]) -> None:
            client = net.connect(
                {
                    "port": server.address()["port"],
                    "host": "127.0.0.1",
                    "allowHalfOpen": allowHalfOpen,
                }
            )
            log("allowHalfOpen", client.allowHalfOpen)
            watch(client, "client", "data", "end", "finish", "close")

            def on_end() -> None:
                log("in end", client.writable, client.writableEnded, client.readyState)

                def on_immediate() -> None:
                    log(
                        "later",
                        client.writable,
                        client.writableEnded,
                        client.readyState,
                        client.destroyed,
                    )
                    if allowHalfOpen:
                        client.end("one more thing")

                net.setImmediate(on_immediate)

            client.on("end", on_end)
            client.on("close", lambda *_: net.setImmediate(then))

        one(True, lambda *_: one(False, lambda *_: server.close()))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
