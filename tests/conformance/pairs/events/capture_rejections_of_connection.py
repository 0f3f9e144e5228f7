"""With captureRejections on for all, what each async listener of a server that fails costs."""

# rows: 4.event.connection 4.event.error 5.event.close
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import run, watch


def main() -> None:
    net.EventEmitter.captureRejections = True

    async def on_connection(c: net.Socket) -> None:
        watch(c, "socket", "error", "close")
        raise RuntimeError("from the connection")

    async def on_listening() -> None:
        raise RuntimeError("from listening")

    async def on_drop(_info: object) -> None:
        raise RuntimeError("from the drop")

    server = net.createServer(on_connection)
    server.on("listening", on_listening)
    server.on("drop", on_drop)
    watch(server, "server", "error", "close")

    def start() -> None:
        client = net.connect(server.address()["port"], "127.0.0.1")
        watch(client, "client", "error", "close")
        client.resume()

        def drop_the_next(*_: object) -> None:
            server.maxConnections = 0
            dropped = net.connect(server.address()["port"], "127.0.0.1")
            dropped.on("error", lambda _error: None)
            dropped.resume()
            dropped.on("close", lambda *_: server.close())

        client.on("close", drop_the_next)

    server.listen(0, "127.0.0.1", start)


run(main)
