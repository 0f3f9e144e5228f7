"""close() with megabytes still to be written: all of them arrive before it is closed."""
# rows: 4.close 8.5 4.event.close 5.end

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

SIZE = 8000000
lines: list[tuple[Any, ...]] = []


def main() -> None:
    def accept(socket: net.Socket) -> None:
        kept = socket.write(bytes(SIZE), lambda error=None: log("write callback", error))
        log("write", kept, socket.writableLength > 0, socket.writableNeedDrain)

        def ended(*_: object) -> None:
            log("end callback", socket.writableLength, socket.bytesWritten)

        socket.end(".", ended)
        server.close(lambda: log("server close"))
        socket.on("drain", lambda: log("never"))
        socket.on("finish", lambda: log("finish"))
        socket.on("close", lambda failed: log("server socket close", failed))

    server: Any = net.createServer(accept)

    def listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.pause()
        net.setTimeout(lambda: client.resume(), 20)
        client.on("data", lambda data: None)
        client.on("end", lambda: lines.append(("client end", client.bytesRead == SIZE + 1)))
        client.on("close", lambda failed: lines.append(("client close", failed)))

    server.listen(0, "127.0.0.1", listening)


run(main)
for line in lines:
    log(*line)
