"""A path that begins with a zero byte is an abstract name: nothing in the file system,
refused once closed."""

# rows: 1.3 6.ipc 6.option.path
from __future__ import annotations

import os
import time

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    name = f"\0anynet-conformance-{os.getpid()}-{int(time.time() * 1000)}"
    server = net.createServer(lambda c: c.end("from nowhere"))

    def on_listening() -> None:
        log("address is the name", server.address() == name, os.listdir("."))
        client = net.connect(name)
        watch(client, "client", "connectionAttempt", "connect", "data", "end", "close")

        def on_close(*_: object) -> None:
            def on_closed(*_: object) -> None:
                late = net.connect({"path": name})
                late.on(
                    "error",
                    lambda error: log("late", error.code, error.syscall, error.address == name),
                )
                late.on("close", lambda hadError: log("late close", hadError))

            server.close(on_closed)

        client.on("close", on_close)

    server.listen(name, on_listening)


run(main)
