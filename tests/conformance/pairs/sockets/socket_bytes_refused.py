"""bytesWritten of what never went: refused by the kernel, lost with the connection, written too
early or too late."""

# rows: 5.bytesWritten 5.write
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run

LARGE = bytes(32 << 20)
Next = Callable[[], object]


def counted(label: str, socket: net.Socket) -> net.Socket:
    def count(name: str) -> None:
        def on_event(error: Any = None) -> None:
            code = getattr(error, "code", None)
            log(f"{label} {name}", code, socket.bytesWritten, socket.writableLength)

        socket.on(name, on_event)

    for name in ("connect", "error", "close"):
        count(name)
    return socket


def never(go_on: Next) -> None:
    socket = counted("never", net.Socket())
    socket.on("close", lambda *_: go_on())
    socket.write("abc")


def refused(go_on: Next) -> None:
    socket = counted("refused", net.connect(1, "127.0.0.1"))
    socket.on("close", lambda *_: net.setImmediate(go_on))
    socket.write("abc")
    socket.write("defg")


def late(go_on: Next) -> None:
    def on_connection(c: net.Socket) -> None:
        def provoke() -> None:
            c.write("provokes a reset")
            net.setTimeout(refuse, 100)

        def refuse() -> None:
            c.write(b"is refused", lambda error: log("late callback", error, c.bytesWritten))

        counted("late", c)
        c.resume()
        c.on("close", lambda *_: server.close(lambda *_: go_on()))
        c.on("end", lambda: net.setTimeout(provoke, 50))

    server = net.createServer(on_connection, allowHalfOpen=True)

    def on_listening() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1", lambda: client.destroy())

    server.listen(0, "127.0.0.1", on_listening)


def cut(go_on: Next) -> None:
    def on_connection(c: net.Socket) -> None:
        c.pause()
        net.setTimeout(c.resetAndDestroy, 100)

    server = net.createServer(on_connection)

    def on_listening() -> None:
        socket = counted("cut", net.connect(server.address()["port"], "127.0.0.1"))

        def on_connect() -> None:
            socket.write(
                LARGE, lambda error: log("large", error and error.code, socket.bytesWritten)
            )
            socket.write("more", lambda error: log("more", error and error.code))

        socket.on("connect", on_connect)
        socket.on("close", lambda *_: server.close(lambda *_: go_on()))

    server.listen(0, "127.0.0.1", on_listening)


def main() -> None:
    steps = [never, refused, late, cut]

    def go_on() -> None:
        if steps:
            steps.pop(0)(go_on)

    go_on()


run(main)
