"""Aborting the signal of listen() equals close(): it waits for those inside."""
# rows: 4.signal 4.listen.options.signal 4.event.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    controller = net.AbortController()

    def accept(socket: net.Socket) -> None:
        log("connection")
        controller.abort()
        log("aborted", server.listening, server.address(), controller.signal.aborted)
        socket.on("data", lambda data: log("server data", data))
        socket.on("end", lambda: log("server end"))
        socket.on("close", lambda failed: log("server socket close", failed))

    server: Any = net.createServer(accept)
    server.on("error", lambda error: log("never"))
    server.on("close", lambda *values: log("server close", *values))

    def listening() -> None:
        log("listening")
        port = server.address()["port"]
        client: net.Socket = net.connect(port, "127.0.0.1", lambda: client.end("still here"))

    server.listen({"port": 0, "host": "127.0.0.1", "signal": controller.signal}, listening)


run(main)
