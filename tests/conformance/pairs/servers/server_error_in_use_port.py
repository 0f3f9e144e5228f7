"""EADDRINUSE with a port alone, where the bind happens inside listen(): the error still waits."""
# rows: 4.event.error 8.7 8.8 4.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    first: Any = net.createServer()

    def listening() -> None:
        second = net.createServer()

        def failed(error: Any) -> None:
            same_port = error.port == first.address()["port"]
            log("second error", error.code, error.syscall, error.address, same_port, error.errno)
            log("message", str(error))
            second.close(lambda problem: log("second close callback", problem))
            first.close(lambda: log("first close"))

        second.on("listening", lambda: log("second listening"))
        second.on("close", lambda: log("second close"))
        second.on("error", failed)
        second.listen(first.address()["port"], lambda: log("callback"))
        log("returned", second.listening, second.address())
        net.nextTick(lambda: log("tick"))

    first.listen(0, listening)


run(main)
