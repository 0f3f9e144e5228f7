"""Listeners that take fewer or more arguments than their event passes."""

# rows: 5.event.data 5.event.close 5.event.end 5.event.error 4.event.connection 4.event.close 4.getConnections 4.close
from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer()
    closed = 0

    @server.on("connection")
    def on_connection(socket: net.Socket, more: object) -> None:
        log("connection", socket, more)
        socket.on("data", lambda: log("data without"))
        socket.on("data", lambda chunk, more: log("data and more", chunk, more))
        socket.on("data", lambda *every: log("data in all", len(every)))
        socket.on("data", lambda chunk, more="default": log("data and a default", chunk, more))
        socket.once("end", lambda more: log("end and more", more))
        socket.on("close", lambda: log("close without"))
        socket.on("close", lambda had_error, more: log("close and more", had_error, more))
        socket.on("close", on_close)
        socket.write("a", lambda: log("written without"))
        socket.end("b", lambda more: log("ended", more))

    def on_listening(more: object) -> None:
        log("listening", more)
        port: Any = server.address()["port"]
        client = net.connect(port, "127.0.0.1", lambda more: log("connected", more))
        client.resume()
        client.on("ready", lambda more: log("ready", more))
        client.on("close", on_close)
        client.end("x")

    def on_close() -> None:
        nonlocal closed
        closed += 1
        if closed < 2:
            return
        server.getConnections(lambda error, count, more: log("connections", error, count, more))
        server.getConnections(lambda: log("connections without"))
        server.close(on_closed)

    def on_closed(error: object) -> None:
        log("closed", error)
        server.close(lambda error, more: log("closed again", error, more))
        server.close(lambda: log("closed again without"))

    server.listen(0, "127.0.0.1", on_listening)


run(main)
