"""The socket file is there once listen returned and gone once close returned; connections go on without it."""
# rows: 1.4 4.close

from __future__ import annotations

import os
import stat
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

lines: list[tuple[Any, ...]] = []


def main() -> None:
    accepted: net.Socket | None = None

    def accept(socket: net.Socket) -> None:
        nonlocal accepted
        accepted = socket
        log("connection", server.listening)
        log("close returned", server.close(lambda: log("close callback")) is server)
        log("file after close", os.path.exists("s.sock"), server.listening)

        def received(data: bytes) -> None:
            log("server data", data)
            socket.end("bye")

        socket.on("data", received)

    server = net.createServer(accept)
    server.on("close", lambda: log("server close", accepted is not None and accepted.destroyed))
    server.listen("s.sock")
    is_socket = stat.S_ISSOCK(os.lstat("s.sock").st_mode)
    log("file after listen", os.path.exists("s.sock"), is_socket)

    client = net.connect("s.sock")
    client.on("data", lambda data: lines.append(("client data", data)))
    client.on("end", lambda: lines.append(("client end",)))
    client.on("close", lambda failed: lines.append(("client close", failed)))
    client.on("connect", lambda: client.write("hello"))


run(main)
for line in lines:
    log(*line)
log("file at the end", os.path.exists("s.sock"))
