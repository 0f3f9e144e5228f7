"""pause() inside the connection listener sticks until resume()."""
# rows: 8.3 4.event.connection 5.pause

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    waiting: Any = None

    def accept(socket: net.Socket) -> None:
        nonlocal waiting
        log("pause", socket.pause() is socket, socket.isPaused())
        socket.on("data", lambda data: log("server data", data))
        socket.on("end", lambda: log("server end", socket.bytesRead))
        socket.on("close", lambda failed: log("server socket close", failed))
        socket.write("go")
        waiting = socket

    server: Any = net.createServer(accept)

    def listening() -> None:
        client = net.connect({"port": server.address()["port"], "host": "::1"})

        def later() -> None:
            log("paused still", waiting.isPaused(), waiting.destroyed)
            waiting.resume()

        def on_data(_: bytes) -> None:
            client.end("words", lambda *_: net.setTimeout(later, 20))

        client.on("data", on_data)
        client.on("close", lambda failed: server.close())

    server.listen(0, "::1", listening)


run(main)
