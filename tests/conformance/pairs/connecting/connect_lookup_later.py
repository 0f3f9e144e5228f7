"""A lookup that answers in a tick, in an immediate and in a timer: connect() has returned
before."""

# rows: 6.option.lookup 5.event.lookup 8.8
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        ways = [
            ["tick", lambda answer: net.nextTick(answer)],
            ["immediate", lambda answer: net.setImmediate(answer)],
            ["timer", lambda answer: net.setTimeout(answer, 5)],
        ]

        def next_one(*_: object) -> None:
            way = ways.pop(0) if ways else None
            if way is None:
                server.close()
                return
            name, later = way

            def lookup(
                hostname: str, options: dict[str, Any], callback: Callable[..., object]
            ) -> None:
                log("asked", name, hostname)

                def on_later() -> None:
                    log("answering", client.connecting, client.readyState)
                    callback(None, [{"address": "127.0.0.1", "family": 4}])
                    log("answered")

                later(on_later)

            client = net.connect(
                {"port": server.address()["port"], "host": "any.name", "lookup": lookup}
            )
            log("returned", client.connecting)
            watch(client, "client", "lookup", "connectionAttempt", "connect", "close")
            client.resume()
            client.on("close", next_one)

        next_one()

    server.listen(0, "127.0.0.1", on_listening)


run(main)
