"""onread whose buffer has no room, from the start or from the second time on, or gives none
again."""

# rows: 5.option.onread 5.event.error
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def sequence(*buffers: Any) -> Callable[[], Any]:
    left = list(buffers)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


BUFFERS: dict[str, Callable[[], Any]] = {
    "empty": bytearray,
    "function": lambda: bytearray,
    "later": lambda: sequence(bytearray(4), bytearray()),
    "none": lambda: sequence(bytearray(4), None),
    "number": lambda: sequence(bytearray(4), 4),
    "unusable": lambda: 4,
}


def main() -> None:
    def on_connection(c: net.Socket) -> None:
        c.on("error", lambda _error: None)
        c.end("0123456789")

    server = net.createServer(on_connection)
    names = list(BUFFERS)

    def next_one() -> None:
        if not names:
            server.close()
            return
        name = names.pop(0)
        onread = {
            "buffer": BUFFERS[name](),
            "callback": lambda count, buffer: log(f"{name} read", count, buffer[:count]),
        }
        port = server.address()["port"]
        socket = net.connect({"port": port, "host": "127.0.0.1", "onread": onread})

        def on_close(had_error: bool) -> None:
            log(f"{name} close", had_error, socket.bytesRead)
            next_one()

        socket.on("data", lambda data: log(f"{name} data", data))
        socket.on("end", lambda: log(f"{name} end"))
        socket.on("error", lambda error: log(f"{name} error", error))
        socket.on("close", on_close)

    server.listen(0, "127.0.0.1", next_one)


run(main)
