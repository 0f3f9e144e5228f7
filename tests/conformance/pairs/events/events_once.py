"""events.once: the arguments of the next event as a list; an error event makes it fail,
unless error is awaited."""

# rows: 4.event.listening 4.event.connection 5.event.data 5.event.end 5.event.error
from __future__ import annotations

from anynet import node as net
from anynet.node import events
from tests.conformance.tracing import log, run


async def main() -> None:
    server = net.createServer()
    server.listen(0, "127.0.0.1")
    log("listening", await events.once(server, "listening"))
    client = net.connect(server.address()["port"], "127.0.0.1")
    [side] = await events.once(server, "connection")
    log("connection", side, server.listenerCount("connection"), server.listenerCount("error"))
    side.write("hello")
    log("data", await events.once(client, "data"))
    closing = events.once(side, "close")
    side.end()
    log("end", await events.once(client, "end"))
    log("close", await closing)
    lost = net.connect("missing.sock")
    try:
        log("never", await events.once(lost, "connect"))
    except Exception as error:
        log("failed", error, lost.listenerCount("connect"), lost.listenerCount("error"))
    another = net.connect("missing.sock")
    itsClose = events.once(another, "close")
    log("the error itself", await events.once(another, "error"))
    try:
        log("never", await itsClose)
    except net.NodeError as error:
        log("waiting for the close failed too", error.code, another.listenerCount("close"))
    server.close()
    log("closed", await events.once(server, "close"))


run(main)
