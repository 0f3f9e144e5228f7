"""A connection moves only as long as nothing was read from it, written to it or ended."""
# rows: t.transfer.socket t.transfer.errors

from __future__ import annotations

import anyio

from anynet import node as net
from anynet.node.worker_threads import (
    MessageChannel,
)
from tests.conformance.tracing import log, run


async def event(emitter, name):
    await net.events.once(emitter, name)


async def pause(ms):
    await anyio.sleep(ms / 1000)


def main() -> None:
    channel = MessageChannel()
    port1, port2 = channel.port1, channel.port2
    accepted = []

    def accept(socket):
        socket.on("error", lambda _: None)
        accepted.append(socket)

    server = net.createServer({"allowHalfOpen": True}, accept)

    async def row(label, prepare):
        client = net.connect(server.address()["port"], "127.0.0.1")
        client.on("error", lambda _: None)
        await event(client, "connect")
        while not accepted:
            await pause(1)
        socket = accepted.pop()
        prepare(socket, client)
        await pause(20)
        try:
            port1.postMessage(socket, [socket])
            log(label, "moved", socket.destroyed)
        except net.NodeError as error:
            log(label, error.code, socket.destroyed)
        client.destroy()
        socket.destroy()

    def options(socket, client):
        socket.setTimeout(1000)
        socket.setNoDelay(True)
        socket.setKeepAlive(True)

    async def rows() -> None:
        await row("untouched", lambda s, c: None)
        await row("flowing", lambda s, c: s.resume())
        await row("flowing and read", lambda s, c: (s.resume(), c.write("x")))
        await row("not read", lambda s, c: c.write("x"))
        await row("paused", lambda s, c: (s.pause(), c.write("x")))
        await row("written", lambda s, c: s.write("x"))
        await row("corked", lambda s, c: (s.cork(), s.write("x")))
        await row("ended", lambda s, c: s.end())
        await row("peer ended", lambda s, c: (s.resume(), c.end()))
        await row("destroyed", lambda s, c: s.destroy())
        await row("encoding", lambda s, c: s.setEncoding("utf8"))
        await row("options", options)
        connecting = net.connect(server.address()["port"], "127.0.0.1")
        connecting.on("error", lambda _: None)
        try:
            port1.postMessage(1, [connecting])
        except net.NodeError as error:
            log("connecting", error.code)
        connecting.destroy()
        server.close()
        port2.close()

    port2.on("message", lambda socket: socket.destroy())
    server.listen(0, "127.0.0.1", rows)


run(main)
