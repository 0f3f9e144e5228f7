"""What cluster.fork() adds to the environment, whatever it is given; and send() with places left
out."""

# rows: c.fork c.Worker.send
from __future__ import annotations

from typing import Any

from anynet.node import cluster, process
from tests.conformance.tracing import log, run


def primary() -> None:
    given: list[Any] = [None, "xy", ["list"], {"NAME": "object"}, 5]

    def next_one(*_: object) -> None:
        if not given:
            return
        worker = cluster.fork(given.pop(0))
        worker.on("message", lambda message, _handle: log("message", message))

        def on_online() -> None:
            worker.send("one", None, None, lambda error: log("sent", error))
            worker.send("two", None, None, None)

        worker.on("online", on_online)
        worker.on("exit", next_one)

    next_one()


def main() -> None:
    if cluster.isPrimary:
        primary()
        return

    def on_message(message: Any, _handle: Any) -> None:
        if message == "two":
            values = [process.env.get(name) for name in ("0", "1", "NAME")]
            process.send(values, lambda _error: process.disconnect())

    process.on("message", on_message)


run(main)
