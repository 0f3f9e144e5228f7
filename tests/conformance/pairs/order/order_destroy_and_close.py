"""After destroy(): the ticks that were queued before, error, the immediates, then close."""

# rows: 8.1 8.8 5.destroy 5.event.close
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda c: c.on("error", lambda *_: None).resume())

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")

        def on_connect() -> None:
            net.nextTick(lambda: log("tick before"))

            def on_immediate() -> None:
                log("immediate", client.closed, client.destroyed)
                net.setImmediate(lambda: log("later immediate", client.closed))

            net.setImmediate(on_immediate)

            def on_error(error: Any) -> None:
                log("error", error)
                net.nextTick(lambda: log("tick of error", client.closed))

            client.on("error", on_error)

            def on_close(hadError: bool) -> None:
                log("close", hadError, client.closed)
                net.nextTick(lambda: log("tick of close"))
                net.setImmediate(lambda: server.close(lambda *_: log("server closed")))

            client.on("close", on_close)
            log("destroy", client.destroy(RuntimeError("enough")) is client)
            log("again", client.destroy(RuntimeError("ignored")) is client)
            net.nextTick(lambda: log("tick after", client.destroyed, client.closed))
            log("write", client.write("x", lambda error: log("written", error)))
            client.end("y", lambda error: log("ended", error))

        client.on("connect", on_connect)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
