"""Leaving the block of a server closes it and waits for its connections."""
# rows: 4.asyncDispose 4.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def accept(socket: net.Socket) -> None:
    log("connection")

    def received(data: bytes) -> None:
        log("server data", data)
        socket.end("bye")

    socket.on("data", received)
    socket.on("close", lambda failed: log("server socket close", failed))


async def main() -> None:
    outside: Any = net.createServer(accept)
    async with outside as server:
        server.on("close", lambda: log("server close"))
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        log("listening", server.listening)
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.resume()
        await net.events.once(client, "connect")

        def later() -> None:
            log("while leaving", server.listening, server.address())
            client.write("now")

        net.setTimeout(later, 30)
        log("leaving")
    net.setTimeout(lambda: log("left", outside.listening), 10)


run(main)
