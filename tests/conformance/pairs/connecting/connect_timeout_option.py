"""The option timeout runs from the start, also while the name is looked up, and closes
nothing."""

# rows: 6.option.timeout 5.event.timeout 5.timeout 5.setTimeout
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    answer = None
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        def lookup(hostname: str, options: dict[str, Any], callback: Callable[..., object]) -> None:
            nonlocal answer
            answer = callback

        client = net.connect(
            {"port": server.address()["port"], "host": "any.name", "timeout": 30, "lookup": lookup}
        )
        log("returned", client.timeout, client.listenerCount("timeout"), client.connecting)
        watch(client, "client", "connectionAttempt", "connect", "end", "close")

        def on_timeout() -> None:
            log("timeout", client.connecting, client.destroyed, client.timeout)
            log("off", client.setTimeout(0) is client, client.timeout)
            answer(None, [{"address": "127.0.0.1", "family": 4}])

        client.once("timeout", on_timeout)
        client.resume()
        client.on("close", lambda *_: server.close())

    server.listen(0, "127.0.0.1", on_listening)


run(main)
