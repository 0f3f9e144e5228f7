"""pauseOnConnect: nothing is read until someone resumes; then all of it arrives."""
# rows: 4.option.pauseOnConnect 8.3 5.pause 5.resume

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    waiting: Any = None

    def accept(socket: net.Socket) -> None:
        nonlocal waiting
        log("paused", socket.isPaused(), socket.readableFlowing, socket.readyState)
        received = ""

        def on_data(data: bytes) -> None:
            nonlocal received
            received += data.decode("latin1")

        def ended() -> None:
            log("server end", received, socket.bytesRead)
            socket.end("thanks")

        socket.on("data", on_data)
        log("with a listener", socket.isPaused(), socket.readableFlowing)
        socket.on("end", ended)
        socket.on("close", lambda failed: log("server socket close", failed))
        socket.write("go")
        waiting = socket

    server: Any = net.createServer({"pauseOnConnect": True}, accept)

    def listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        lines: list[tuple[Any, ...]] = []

        def on_data(data: bytes) -> None:
            if data.decode("latin1") != "go":
                lines.append(("client data", data))
                return
            client.end("first", wrote)

        def wrote(*_: object) -> None:
            log("client wrote", waiting.bytesRead, waiting.readableLength, waiting.isPaused())
            net.setTimeout(later, 20)

        def later() -> None:
            log("still nothing", waiting.bytesRead, waiting.readableLength, waiting.isPaused())
            log("resume", waiting.resume() is waiting, waiting.isPaused(), waiting.bytesRead)

        def finish() -> None:
            for line in lines:
                log(*line)

        def closed(failed: bool) -> None:
            lines.append(("client close", failed))
            server.close(lambda: net.setImmediate(finish))

        client.on("data", on_data)
        client.on("close", closed)

    server.listen(0, "127.0.0.1", listening)


run(main)
