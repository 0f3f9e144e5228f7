"""A paused socket that has nothing to read still sees the FIN; under pauseOnConnect it doesn't."""
# rows: 8.4 8.3 4.option.pauseOnConnect

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def exchange(options: dict[str, Any], done: Callable[[], object]) -> None:
    def accept(socket: net.Socket) -> None:
        socket.pause()
        socket.on("data", lambda data: log("never"))
        socket.on("end", lambda: log("server end", socket.isPaused()))
        socket.on("close", lambda failed: log("server socket close", failed))
        if not options.get("pauseOnConnect"):
            return

        def later() -> None:
            log("after a while", socket.readableEnded, socket.destroyed, socket.isPaused())
            socket.resume()

        net.setTimeout(later, 40)

    server: Any = net.createServer(options, accept)

    def listening() -> None:
        client: net.Socket = net.connect(
            server.address()["port"], "127.0.0.1", lambda: client.end()
        )
        client.on("close", lambda failed: server.close(lambda: net.setImmediate(done)))

    server.listen(0, "127.0.0.1", listening)


def main() -> None:
    exchange({}, lambda: exchange({"pauseOnConnect": True}, lambda: log("done")))


run(main)
