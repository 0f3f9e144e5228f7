"""An abstract name in use is EADDRINUSE, and free again when its server closed."""
# rows: 1.3 4.event.error 8.7

from __future__ import annotations

import os
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

PATH = f"\0anynet-use-{os.getpid()}"


def main() -> None:
    first = net.createServer()
    second = net.createServer()

    def first_closed() -> None:
        log("first close")
        second.listen(PATH)

    def second_failed(error: Any) -> None:
        log("second error", error.code, error.syscall, error.address == PATH, second.listening)
        first.close()

    def second_listening() -> None:
        log("second listening", second.address() == PATH)
        second.close()

    def first_listening() -> None:
        log("first listening")
        second.listen(PATH)
        log("second listen returned", second.listening)

    first.on("close", first_closed)
    second.on("error", second_failed)
    second.on("listening", second_listening)
    second.on("close", lambda: log("second close"))
    first.listen(PATH, first_listening)


run(main)
