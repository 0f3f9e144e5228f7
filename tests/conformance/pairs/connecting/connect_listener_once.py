"""The connect listener runs once, with the socket as the thing that connected, after
listeners added earlier by hand."""

# rows: 6.factory 5.event.connect 5.event.ready 8.8
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main() -> None:
    server = net.createServer(lambda c: c.end())

    def on_listening() -> None:
        port = server.address()["port"]
        socket = net.Socket()
        rounds = 0
        socket.on("connect", lambda *values: log("by hand", values, rounds))

        def on_connect(*values: object) -> None:
            log("listener", values)
            net.nextTick(lambda: log("tick of the listener"))

        socket.connect(port, "127.0.0.1", on_connect)
        socket.on("connect", lambda: log("added later"))
        socket.on("ready", lambda *values: log("ready", values, socket.listenerCount("connect")))
        socket.resume()

        def on_close(*_: object) -> None:
            nonlocal rounds
            rounds += 1
            if rounds == 1:
                socket.connect({"port": port, "host": "127.0.0.1"})
            else:
                server.close()

        socket.on("close", on_close)

    server.listen(0, "127.0.0.1", on_listening)


run(main)
