"""A leading NUL is Linux' abstract namespace: nothing in the file system, gone with the last reference."""
# rows: 1.3 4.address 4.close

from __future__ import annotations

import os
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

PATH = f"\0anynet-{os.getpid()}"


def main() -> None:
    def accept(socket: net.Socket) -> None:
        log("connection", socket.remoteAddress, socket.localAddress, socket.address())
        socket.end("from nowhere")

    server = net.createServer(accept)

    def again() -> None:
        client = net.connect(PATH)

        def failed(error: Any) -> None:
            log("second error", error.code, error.syscall, error.address == PATH)

        client.on("connect", lambda: log("second connect"))
        client.on("error", failed)
        client.on("close", lambda failed: log("second close", failed))

    def closed() -> None:
        log("server close", server.listening)
        again()

    def listening() -> None:
        log("address is the path", server.address() == PATH)
        log("files", os.listdir("."))
        client = net.connect({"path": PATH})

        def client_closed(failed: bool) -> None:
            log("close", failed, client.bytesRead)
            server.close()

        client.on("data", lambda data: log("data", data))
        client.on("end", lambda: log("end"))
        client.on("close", client_closed)

    server.on("close", closed)
    server.listen(PATH, listening)


run(main)
