"""Anything with a _handle can be listened at; closing one of two servers closes what they share."""
# rows: 4.listen.handle 4.close 4.listening

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    first: Any = net.createServer(lambda socket: log("never"))
    first.on("close", lambda: log("first close"))

    def listening() -> None:
        port = first.address()["port"]
        second = net.createServer(lambda socket: socket.end("second"))
        second.on("listening", lambda: log("second event", second.address()))

        def second_closed() -> None:
            log("second closed", second.listening)
            late = net.connect(port, "127.0.0.1")

            def late_closed(failed: bool) -> None:
                first.close(lambda error=None: log("first callback", error))

            late.on("error", lambda error: log("late error", error.code))
            late.on("close", late_closed)

        def second_listening() -> None:
            log("second callback", second.listening, first.listening)
            client = net.connect(port, "127.0.0.1")
            client.on("data", lambda data: log("data", data))
            client.on("close", lambda failed: second.close(second_closed))

        returned = second.listen(SimpleNamespace(_handle=first._handle), second_listening)
        log("returned", returned is second, second.listening)

    first.listen(0, "127.0.0.1", listening)


run(main)
