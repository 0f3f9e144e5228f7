"""Descriptors and handles that cannot be listened at."""
# rows: 4.listen.options.fd 4.listen.handle 4.event.error

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    text: Any = "one"
    attempt("fd text", lambda: net.createServer().listen({"fd": text}))
    attempt("fd negative", lambda: net.createServer().listen({"fd": -1}))

    file = open("plain", "w")  # noqa: SIM115 - open until the program ends
    cases = [file.fileno(), 9999]

    def next_case() -> None:
        if not cases:
            file.close()
            return
        fd = cases.pop(0)
        server = net.createServer()

        def failed(error: Any) -> None:
            log("error", error.code, error.syscall, error.address, str(error), server.listening)
            next_case()

        server.on("listening", lambda: log("never"))
        server.on("error", failed)
        log("returned", server.listen({"fd": fd}) is server, server.listening)

    next_case()


run(main)
