"""A signal that is none is refused at the door; undefined is fine."""
# rows: 4.signal 4.listen.options.signal

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    values: list[Any] = [{}, "abort", 5, True]

    def listen(value: Any) -> None:
        attempt("signal", lambda: net.createServer().listen({"port": 0, "signal": value}))

    for value in values:
        listen(value)
    server = net.createServer()

    def listening() -> None:
        log("listening")
        server.close()

    server.listen({"port": 0, "signal": None}, listening)


run(main)
