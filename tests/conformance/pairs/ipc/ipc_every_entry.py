"""A path names a Unix domain socket in every entry that takes one."""
# rows: 1.1 6.ipc 7.connect 7.createConnection 4.event.connection

from __future__ import annotations

from collections.abc import Callable

from anynet import node as net
from tests.conformance.tracing import log, run

Way = Callable[[Callable[[], object]], net.Socket]


def main() -> None:
    ways: list[tuple[str, Way]] = [
        ("connect path", lambda done: net.connect("s.sock", done)),
        ("connect options", lambda done: net.connect({"path": "s.sock"}, done)),
        ("createConnection path", lambda done: net.createConnection("s.sock", done)),
        ("createConnection options", lambda done: net.createConnection({"path": "./s.sock"}, done)),
        ("Socket connect path", lambda done: net.Socket().connect("s.sock", done)),
        ("Socket connect options", lambda done: net.Socket().connect({"path": "s.sock"}, done)),
    ]

    def accept(socket: net.Socket) -> None:
        socket.end("hello")

    server = net.createServer(accept)

    def next_way() -> None:
        if not ways:
            log("close returns self", server.close(lambda: log("server closed")) is server)
            return
        label, way = ways.pop(0)
        client = way(lambda: log(f"{label} listener", client.readyState))
        log(f"{label} pending", client.pending, client.connecting, client.readyState)
        client.on("data", lambda data: log(f"{label} data", data))
        client.on("end", lambda: log(f"{label} end"))

        def closed(failed: bool) -> None:
            log(f"{label} close", failed)
            next_way()

        client.on("close", closed)

    def listening() -> None:
        log("address", server.address())
        next_way()

    server.listen("s.sock", listening)


run(main)
