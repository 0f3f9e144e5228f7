"""A signal that was aborted already closes at once; a signal of a closed server does nothing."""
# rows: 4.signal 4.listen.options.signal 4.event.listening

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    def late() -> None:
        controller = net.AbortController()
        server = net.createServer()
        watch(server, "late", "listening", "close", "error")

        def closed() -> None:
            controller.abort()
            log("aborted after close", server.listening)

        server.listen(
            {"port": 0, "host": "127.0.0.1", "signal": controller.signal},
            lambda: server.close(closed),
        )

    ways: list[tuple[str, dict[str, Any]]] = [
        ("port", {"port": 0, "signal": net.AbortSignal.abort()}),
        ("host", {"port": 0, "host": "127.0.0.1", "signal": net.AbortSignal.abort("why")}),
        ("path", {"path": "s.sock", "signal": net.AbortSignal.abort()}),
    ]

    def next_way() -> None:
        if not ways:
            late()
            return
        label, options = ways.pop(0)
        server = net.createServer()
        watch(server, label, "listening", "error", "close")
        server.on("close", lambda: net.setImmediate(next_way))
        returned = server.listen(options, lambda: log("callback"))
        log(f"{label} returned", returned is server, server.listening)
        net.nextTick(lambda: log(f"{label} tick"))

    next_way()


run(main)
