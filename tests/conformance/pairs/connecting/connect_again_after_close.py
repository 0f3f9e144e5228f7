"""One socket connected three times, each time after its close: states and counters begin
anew."""

# rows: 6.reconnect 5.connect 5.bytesRead 5.bytesWritten
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end("hello"))

    def on_listening() -> None:
        port = server.address()["port"]
        socket = net.Socket()
        rounds = 0
        watch(
            socket,
            "socket",
            "connectionAttempt",
            "connect",
            "ready",
            "data",
            "end",
            "finish",
            "close",
        )
        socket.connect(port, "127.0.0.1")
        socket.on(
            "connect",
            lambda: log("connected", socket.bytesRead, socket.bytesWritten, socket.readyState),
        )

        def on_close(*_: object) -> None:
            nonlocal rounds
            log(
                "closed",
                socket.bytesRead,
                socket.bytesWritten,
                socket.destroyed,
                socket.closed,
                socket.pending,
            )
            rounds += 1
            if rounds == 3:
                server.close()
                return
            log("again", socket.connect(port, "127.0.0.1") is socket)
            log(
                "state",
                socket.destroyed,
                socket.closed,
                socket.connecting,
                socket.readable,
                socket.writable,
                socket.bytesRead,
            )
            if rounds == 1:
                socket.write("more", lambda *values: log("written", values))

        socket.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
