"""Leaving the block of a server that never listened, or has closed, is no error."""
# rows: 4.asyncDispose 4.close

from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


async def main() -> None:
    async with net.createServer() as server:
        server.on("close", lambda: log("never listened, close"))
        log("not listening", server.listening)
    log("left")
    async with net.createServer() as server:
        server.on("close", lambda: log("close"))
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        server.close(lambda error=None: log("close callback", error))
        await net.events.once(server, "close")
        log("closed")
    log("left again")
    async with net.createServer() as server:
        server.on("close", lambda: log("path close"))
        server.listen("s.sock")
        log("path", server.address())
    log("left at last")


run(main)
