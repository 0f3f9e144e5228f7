"""reusePort: two servers share a port; if only one asks for it, EADDRINUSE."""
# rows: 4.listen.options.reusePort 4.event.error

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    def pair(one: bool, two: bool, done: Callable[[], object]) -> None:
        served = 0

        def accept(socket: net.Socket) -> None:
            nonlocal served
            served += 1
            socket.end("hello")

        first: Any = net.createServer(accept)
        second: Any = net.createServer(accept)

        def failed(error: Any) -> None:
            log("second error", one, two, error.code, error.syscall, second.listening)
            first.close(done)

        def first_listening() -> None:
            port = first.address()["port"]
            second.listen({"port": port, "host": "127.0.0.1", "reusePort": two}, shared)

        def shared() -> None:
            port = first.address()["port"]
            log("shared", one, two, second.address()["port"] == port)
            client = net.connect(port, "127.0.0.1")

            def closed(failed: bool) -> None:
                log("served", served)
                first.close(lambda: second.close(done))

            client.on("data", lambda data: log("data", data))
            client.on("close", closed)

        second.on("error", failed)
        first.listen({"port": 0, "host": "127.0.0.1", "reusePort": one}, first_listening)

    def last() -> None:
        pair(False, True, lambda: pair(False, False, lambda: log("done")))

    pair(True, True, lambda: pair(True, False, last))


run(main)
