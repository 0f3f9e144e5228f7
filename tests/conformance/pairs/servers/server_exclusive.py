"""exclusive changes nothing outside a cluster: the second taker of a port gets EADDRINUSE."""
# rows: 4.exclusive 4.listen.options.exclusive 4.event.error

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    cases = [(True, True), (False, True), (True, False), (False, False)]

    def next_case() -> None:
        if not cases:
            return
        one, two = cases.pop(0)
        first: Any = net.createServer()
        second = net.createServer()

        def failed(error: Any) -> None:
            log("second", two, error.code, error.syscall, error.address)
            first.close(next_case)

        def listening() -> None:
            log("first", one, first.listening)
            second.on("listening", lambda: log("never"))
            second.on("error", failed)
            port = first.address()["port"]
            second.listen({"port": port, "host": "127.0.0.1", "exclusive": two})

        first.listen({"port": 0, "host": "127.0.0.1", "exclusive": one}, listening)

    next_case()


run(main)
