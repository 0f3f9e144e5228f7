"""Five megabytes through an echo server by pipe, with a slow high-water mark: nothing is lost."""
# rows: 5.stream.pipe 4.option.highWaterMark 8.6 4.option.allowHalfOpen

from __future__ import annotations

import hashlib
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

TEXT = "conformance " * 5000


def main() -> None:
    sent = hashlib.sha256()
    received = hashlib.sha256()

    def accept(socket: net.Socket) -> None:
        socket.pipe(socket)

        def closed(failed: bool) -> None:
            log("server socket close", failed, socket.bytesRead, socket.bytesWritten)

        socket.on("end", lambda: log("server end", socket.bytesRead))
        socket.on("close", closed)

    server: Any = net.createServer({"allowHalfOpen": True, "highWaterMark": 1000}, accept)

    def listening() -> None:
        port = server.address()["port"]
        client = net.connect({"port": port, "host": "127.0.0.1", "allowHalfOpen": True})
        left = 84

        def more() -> None:
            nonlocal left
            room = True
            while left > 0 and room:
                left -= 1
                sent.update(TEXT.encode())
                room = client.write(TEXT)
            if left > 0:
                client.once("drain", more)
            elif not client.writableEnded:
                client.end()

        def closed(failed: bool) -> None:
            def later() -> None:
                log("client close", failed, client.bytesRead, client.bytesWritten)
                log("the same", sent.hexdigest() == received.hexdigest())

            server.close(lambda: net.setImmediate(later))

        client.on("connect", more)
        client.on("data", lambda data: received.update(data))
        client.on("close", closed)

    server.listen(0, "127.0.0.1", listening)


run(main)
