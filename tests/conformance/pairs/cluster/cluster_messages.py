"""Messages go both ways as JSON does, in order, whatever their size."""
# rows: c.Worker.send c.event.message c.Worker.event.message c.process.send c.process.event.message

from __future__ import annotations

from anynet.node import cluster, process
from tests.conformance.tracing import log, run

VALUES = [
    0,
    -1.5,
    "",
    "text \U0001f600 \n",
    True,
    False,
    None,
    [],
    {},
    [1, [2, [3, None]]],
    {"a": {"b": [True, None, "x"]}, "key with spaces": 1},
]


def main() -> None:
    if cluster.isPrimary:
        worker = cluster.fork()

        def short(message):
            return len(message) if isinstance(message, str) and len(message) > 99 else message

        cluster.on(
            "message",
            lambda sender, message, handle: log(
                "cluster", sender is worker, short(message), handle
            ),
        )
        worker.on("message", lambda message, handle: log("worker", short(message), handle))

        def on_message(message, handle):
            if isinstance(message, dict) and message.get("done"):
                worker.disconnect()

        worker.on("message", on_message)
        for value in VALUES:
            log("send", worker.send(value))
        worker.send("x" * 1000000)
        worker.send({"done": True})
        worker.on("exit", lambda code, signal: log("exit", code))
    else:
        process.on("message", lambda message, handle: process.send(message) and None)


run(main)
