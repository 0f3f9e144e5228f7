"""A socket whose connection was refused connects elsewhere after its close, over a path and
over TCP."""

# rows: 6.reconnect 8.1 6.ipc 6.tcp
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main() -> None:
    server = net.createServer(lambda c: c.end("tcp"))
    other = net.createServer(lambda c: c.end("path"))

    def on_listening() -> None:
        def on_other_listening() -> None:
            port = server.address()["port"]
            places = [
                {"path": "missing.sock"},
                {"port": port, "host": "127.0.0.2"},
                {"path": "s.sock"},
                {"port": port, "host": "127.0.0.1"},
                {"path": "s.sock"},
            ]
            socket = net.Socket()
            watch(socket, "socket", "connect", "ready", "data", "end", "close")
            socket.on("error", lambda error: log("error", error.code, socket.errored is error))

            def next_one(*_: object) -> None:
                place = places.pop(0) if places else None
                if place is None:
                    server.close()
                    other.close()
                    return
                socket.connect(
                    place,
                    lambda: log("listener", socket.remoteAddress, socket.listenerCount("connect")),
                )
                log("connecting", socket.connecting, socket.errored, socket.destroyed)

            socket.on("close", next_one)
            next_one()

        other.listen("s.sock", on_other_listening)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
