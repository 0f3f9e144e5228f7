"""The scenarios of the callback face, written as a Node program would be."""

from __future__ import annotations

import functools
from typing import Any

from anynet import node as net
from anynet.testing import Stage
from tests.sweep.messages import framed
from tests.sweep.scenarios import HELLO, REPLY

#: More than the kernel takes for a connection whose buffers nobody has limited.
VERY_LONG = framed(bytes(8_000_000))


def ignore(_error: Exception) -> None:
    """An ``error`` event that nobody listens to would end the runtime; ``close`` comes anyway."""


def port_of(server: net.Server) -> tuple[str, int]:
    address = server.address()
    assert isinstance(address, dict)
    return "127.0.0.1", address["port"]


async def node_server(stage: Stage) -> None:
    """A server that echoes, with two clients; it closes when both have ended."""
    async with net.runtime():

        def on_connection(connection: net.Socket) -> None:
            connection.on("error", ignore)
            connection.pipe(connection)

        server = net.createServer(on_connection)
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        peers = [stage.client(port_of(server)) for _ in range(2)]
        for peer in peers:
            stage.act(functools.partial(peer.send, HELLO), peer.send_eof)
        await stage.until(lambda: all(peer.end for peer in peers))
        server.close()


async def node_client(stage: Stage) -> None:
    """A client that writes, is answered, and ends."""
    listener = stage.listener()
    async with net.runtime():

        def on_connect() -> None:
            client.write(HELLO)
            stage.act(lambda: listener.send(REPLY), listener.send_eof)

        def on_data(data: bytes) -> None:
            client.setNoDelay(True)
            client.end(data)

        host, port = listener.address
        options = {"host": host, "port": port, "localAddress": host, "keepAlive": True}
        client: net.Socket = net.connect(options, on_connect)
        client.on("data", on_data)
        client.on("error", ignore)
    await stage.until(lambda: not listener.peers or listener.ended)


async def node_happy_eyeballs(stage: Stage) -> None:
    """Of three addresses one refuses, one never answers, and the last one takes us."""
    listener = stage.listener()
    host, port = listener.address
    stage.full_listener("127.0.0.3", port)

    def lookup(_host: str, _options: Any, callback: Any) -> None:
        hosts = ["127.0.0.2", "127.0.0.3", host]
        callback(None, [{"address": each, "family": 4} for each in hosts])

    async with net.runtime():
        client: net.Socket = net.connect(
            {
                "host": "far.example",
                "port": port,
                "lookup": lookup,
                "autoSelectFamily": True,
                "autoSelectFamilyAttemptTimeout": 10,
            },
            lambda: client.end(HELLO),
        )
        client.on("error", ignore)
        client.on("connect", lambda: stage.act(listener.send_eof))
        client.resume()


async def node_long_message(stage: Stage) -> None:
    """Messages that wait for their receiver, and ``drain`` in between."""
    listener = stage.listener(reading=False)
    async with net.runtime():

        def on_connect() -> None:
            stage.act(listener.read_on)
            if not client.write(VERY_LONG):
                client.once("drain", lambda: client.end(HELLO))

        client: net.Socket = net.connect(listener.address[1], "127.0.0.1", on_connect)
        client.on("error", ignore)
        client.on("finish", lambda: stage.act(listener.send_eof))
        client.resume()


async def node_unix(stage: Stage) -> None:
    """Both ends, over a Unix path."""
    path = stage.path("socket")
    async with net.runtime():

        def on_connection(connection: net.Socket) -> None:
            connection.on("error", ignore)
            connection.end(REPLY)
            connection.resume()
            server.close()

        def on_listening() -> None:
            client: net.Socket = net.connect(path, lambda: client.write(HELLO))
            client.on("error", ignore)
            client.on("error", lambda _error: server.close())
            client.on("end", client.end)
            client.resume()

        server = net.createServer(on_connection)
        server.on("error", ignore)
        server.listen(path, on_listening)
