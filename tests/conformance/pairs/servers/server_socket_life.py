"""All the events of one accepted socket, in order."""
# rows: 4.event.connection 8.1 5.event.end 5.event.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run, watch

NAMES = "connect ready lookup resume pause data end finish drain error timeout close".split()


def main() -> None:
    def accept(socket: net.Socket) -> None:
        watch(socket, "socket", *NAMES)
        flags = (socket.connecting, socket.pending, socket.readable, socket.writable)
        log("start", *flags, socket.readyState)

        def received(_: bytes) -> None:
            log("after data", socket.bytesRead, socket.readableFlowing)
            socket.end("done")
            log("after end", socket.readyState, socket.writable, socket.bytesWritten)

        def closed(_: bool) -> None:
            flags = (socket.destroyed, socket.readableEnded, socket.writableFinished)
            log("state", socket.readyState, *flags, socket.closed)

        socket.on("data", received)
        socket.on("close", closed)

    server: Any = net.createServer(accept)

    def listening() -> None:
        client: net.Socket = net.connect(
            server.address()["port"], "127.0.0.1", lambda: client.write("hi")
        )
        client.resume()
        client.on("close", lambda failed: server.close())

    server.listen(0, "127.0.0.1", listening)


run(main)
