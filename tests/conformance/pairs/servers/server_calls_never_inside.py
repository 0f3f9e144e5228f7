"""write, end, destroy, close in the connection listener all return before their callbacks run."""
# rows: 8.8 8.5 4.event.connection

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

received = ""


def main() -> None:
    def accept(socket: net.Socket) -> None:
        socket.on("finish", lambda: log("finish"))
        socket.on("close", lambda failed: log("socket close", failed))
        log("write", socket.write("one", lambda *_: log("write callback")))
        net.nextTick(lambda: log("tick"))
        socket.end("two", lambda *_: log("end callback"))
        log("end returned", socket.writableEnded, socket.writableFinished)
        server.close(lambda: log("server close callback"))
        log("close returned")

    server: Any = net.createServer(accept)

    def listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")

        def on_data(data: bytes) -> None:
            global received
            received += data.decode("latin1")

        client.on("data", on_data)

    server.listen(0, "127.0.0.1", listening)


run(main)
log("received", received)
