"""highWaterMark is that of both directions of every accepted socket."""
# rows: 4.option.highWaterMark 5.stream.readableHighWaterMark 5.stream.writableHighWaterMark

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    marks = [None, 0, 1, 1000, 200000]
    text: Any = "much"

    def next_mark() -> None:
        if not marks:
            attempt("negative", lambda: net.createServer({"highWaterMark": -1}).listening)
            attempt("text", lambda: net.createServer({"highWaterMark": text}).listening)
            return
        mark = marks.pop(0)

        def accept(socket: net.Socket) -> None:
            log("marks", mark, socket.readableHighWaterMark, socket.writableHighWaterMark)
            socket.cork()
            returned = socket.write("a" * 1000)
            log("write", returned, socket.writableLength, socket.writableNeedDrain)
            returned = socket.write("b" * 65000)
            log("write", returned, socket.writableLength, socket.writableNeedDrain)

            def drained() -> None:
                log("drain", socket.writableLength)
                socket.end()

            socket.on("drain", drained)
            owed = socket.writableNeedDrain
            socket.uncork()
            if not owed:
                socket.end()

        server: Any = net.createServer({"highWaterMark": mark}, accept)

        def listening() -> None:
            client = net.connect(server.address()["port"], "127.0.0.1")

            def closed(failed: bool) -> None:
                log("client close", failed, client.bytesRead)
                server.close(next_mark)

            client.resume()
            client.on("close", closed)

        server.listen(0, "127.0.0.1", listening)

    next_mark()


run(main)
