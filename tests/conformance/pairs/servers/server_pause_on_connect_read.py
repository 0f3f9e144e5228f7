"""pauseOnConnect with readable events, with pipe, and over a Unix socket."""
# rows: 4.option.pauseOnConnect 8.3 5.stream.read 5.stream.pipe

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def with_read(socket: net.Socket) -> None:
    def readable() -> None:
        data = socket.read()
        while data is not None:
            log("read", data)
            data = socket.read()

    def ended() -> None:
        log("end")
        socket.end("a")

    socket.on("readable", readable)
    socket.on("end", ended)
    log("readable listener", socket.isPaused(), socket.readableFlowing)


def with_pipe(socket: net.Socket) -> None:
    log("pipe", socket.pipe(socket) is socket, socket.isPaused(), socket.readableFlowing)


def with_resume(socket: net.Socket) -> None:
    def ended() -> None:
        log("end")
        socket.end("c")

    def later() -> None:
        log("before resume", socket.bytesRead)
        socket.resume()

    socket.on("data", lambda data: log("data", data))
    socket.on("end", ended)
    net.setImmediate(later)


def main() -> None:
    ways: list[Callable[[net.Socket], None]] = [with_read, with_pipe, with_resume]

    def next_way() -> None:
        if not ways:
            return
        way = ways.pop(0)
        server = net.createServer({"pauseOnConnect": True, "allowHalfOpen": True}, way)

        def listening() -> None:
            client: net.Socket = net.connect("s.sock", lambda: client.end("question"))
            lines: list[tuple[Any, ...]] = []

            def closed(failed: bool) -> None:
                for line in lines:
                    log(*line)
                log("client close", failed)
                server.close(next_way)

            client.on("data", lambda data: lines.append(("client data", data)))
            client.on("end", lambda: lines.append(("client end",)))
            client.on("close", closed)

        server.listen("s.sock", listening)

    next_way()


run(main)
