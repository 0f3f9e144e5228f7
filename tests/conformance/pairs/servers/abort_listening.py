"""The signal of listen(): aborted before, in the same tick, and while a connection is open."""

# rows: 4.listen.options.signal 4.event.close 4.close
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run, watch


def main() -> None:
    def listen(label: str, signal: Any, then: Callable[..., object]) -> Any:
        server = net.createServer(
            lambda c: c.on("end", lambda: log(label + " connection ended")).resume()
        )
        watch(server, label, "listening", "error", "close")
        log(
            label,
            server.listen({"port": 0, "host": "127.0.0.1", "signal": signal}) is server,
            server.listening,
        )
        server.on("close", lambda *_: net.setImmediate(then))
        return server

    for signal in [5, "x", {}]:
        attempt("bad", lambda: net.createServer().listen({"port": 0, "signal": signal}))

    def on_listen() -> None:
        during = net.AbortController()

        def on_listen() -> None:
            after = net.AbortController()
            server = listen(
                "after", after.signal, lambda: log("done", server.listening, server.address())
            )

            def on_listening() -> None:
                def on_connect() -> None:
                    after.abort()
                    log("aborted", server.listening, client.readyState)
                    net.setTimeout(lambda: client.end(), 10)

                client = net.connect(server.address()["port"], "127.0.0.1", on_connect)
                client.resume()

            server.on("listening", on_listening)

        listen("during", during.signal, on_listen)
        during.abort()
        log("aborted at once")

    listen("before", net.AbortSignal.abort("too early"), on_listen)


run(main)
