"""An exception leaves the block of a server: it closes first, and waits, then the exception goes on."""
# rows: 4.asyncDispose 8.9 4.event.close

from __future__ import annotations

from typing import Any

from anynet import node as net
from tests.conformance.tracing import log, run


def accept(socket: net.Socket) -> None:
    log("connection")
    socket.resume()
    socket.on("end", lambda: log("server end"))


async def main() -> None:
    server: Any
    async with net.createServer(accept) as server:
        server.on("close", lambda: log("server close"))
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.resume()
        await net.events.once(client, "connect")

        def later() -> None:
            log("while leaving", server.listening)
            client.end()

        net.setTimeout(later, 30)
        raise Exception("out of the block")


run(main)
