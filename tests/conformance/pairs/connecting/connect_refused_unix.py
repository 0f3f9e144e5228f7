"""Unix paths that cannot be connected to: missing, a plain file, a directory, stale, too
long, below a file."""

# rows: 6.ipc 1.2 5.event.connectionAttemptFailed 8.1
from __future__ import annotations

import os
from pathlib import Path

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    Path("plain").touch()
    os.mkdir("directory")
    server = net.createServer()

    def on_listening() -> None:
        # The server unlinks the name that it made, not the one to which the file was moved.
        os.rename("first.sock", "stale.sock")

        def on_closed(*_: object) -> None:
            paths = ["missing.sock", "plain", "directory", "stale.sock", "plain/below", "x" * 120]

            def next_one(*_: object) -> None:
                path = paths.pop(0) if paths else None
                if path is None:
                    log("done", sorted(os.listdir(".")))
                    return
                client = net.connect(path, lambda: log("never"))
                log("returned", client.connecting, client.readyState)
                watch(
                    client,
                    "client",
                    "lookup",
                    "connectionAttempt",
                    "connectionAttemptFailed",
                    "connect",
                    "error",
                    "close",
                )
                client.on("error", lambda error: log("errno", error.errno))
                client.on("close", next_one)

            next_one()

        server.close(on_closed)

    server.listen("first.sock", on_listening)


run(main)
