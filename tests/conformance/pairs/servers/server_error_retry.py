"""The manual's way to retry: close() and listen() again from the error listener."""
# rows: 4.event.error 4.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    first: Any = net.createServer()
    second = net.createServer()
    tries = 0
    watch(second, "second", "listening", "close")

    def failed(error: Any) -> None:
        nonlocal tries
        tries += 1
        log("error", error.code, tries)
        if tries == 2:
            first.close()

        def retry() -> None:
            second.close()
            second.listen(error.port, error.address)

        net.setTimeout(retry, 10)

    second.on("error", failed)
    second.on("listening", lambda: second.close(lambda: log("done", tries)))
    first.listen(0, "127.0.0.1", lambda: second.listen(first.address()["port"], "127.0.0.1"))


run(main)
