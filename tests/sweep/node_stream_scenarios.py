"""More scenarios of the callback face: TLS, pipelines, lines, limits, and the way to the core."""

from __future__ import annotations

import functools
from typing import Any

import trustme

from anynet import node as net
from anynet.node import readline, stream, tls
from anynet.testing import Stage
from tests.sweep.node_scenarios import ignore, port_of
from tests.sweep.scenarios import HELLO, REPLY, tls_contexts


@functools.cache
def identity() -> dict[str, Any]:
    issued = trustme.CA(key_type=trustme.KeyType.ECDSA).issue_cert("127.0.0.1")
    pem = [each.bytes() for each in issued.cert_chain_pems]
    return {"cert": pem, "key": issued.private_key_pem.bytes()}


async def node_tls_server(stage: Stage) -> None:
    """A server over TLS whose client says nothing and leaves in the handshake."""
    async with net.runtime():
        server = tls.createServer(identity(), lambda connection: connection.pipe(connection))
        server.on("tlsClientError", lambda error, _connection: ignore(error))
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        peer = stage.client(port_of(server))
        stage.act(functools.partial(peer.send, b"\x16\x03\x01\x02\x00\x01"), peer.send_eof)
        await stage.until(lambda: peer.end)
        server.close()


async def node_tls_client(stage: Stage) -> None:
    """A client over TLS, which is answered and ends."""
    listener = stage.listener(tls=tls_contexts()[0])
    async with net.runtime():

        def on_secure() -> None:
            client.write(HELLO)
            stage.act(lambda: listener.send(REPLY))

        options = {"host": "127.0.0.1", "port": listener.address[1], "rejectUnauthorized": False}
        client: tls.TLSSocket = tls.connect(options, on_secure)
        client.on("data", lambda _data: client.end())
        client.on("error", ignore)


async def node_pipeline(stage: Stage) -> None:
    """A server that sends back what it gets through a transform, by pipelines."""

    def pass_on(chunk: bytes, _encoding: str, done: Any) -> None:
        done(None, bytes(chunk))

    async with net.runtime():

        def on_connection(connection: net.Socket) -> None:
            stream.pipeline(connection, stream.Transform(transform=pass_on), connection, ignore)

        server = net.createServer(on_connection, allowHalfOpen=True)
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        peer = stage.client(port_of(server))
        stage.act(functools.partial(peer.send, HELLO), peer.send_eof)
        await stage.until(lambda: peer.end)
        server.close()


async def node_lines(stage: Stage) -> None:
    """A client that reads lines, and is answered with a frame for each."""
    listener = stage.listener()
    async with net.runtime():
        client: net.Socket = net.connect(listener.address[1], "127.0.0.1")
        client.on("error", ignore)
        lines = readline.createInterface(client)
        lines.on("line", lambda _line: client.write(HELLO))
        lines.on("close", client.end)
        client.on("connect", lambda: stage.act(lambda: listener.send(b"a\nb\n"), listener.send_eof))


async def node_half_open(stage: Stage) -> None:
    """A client that goes on writing once its peer has ended, corked, paused and resumed."""
    listener = stage.listener()
    async with net.runtime():
        options = {"port": listener.address[1], "host": "127.0.0.1", "allowHalfOpen": True}

        def on_connect() -> None:
            client.setKeepAlive(True, 1000)
            stage.act(lambda: listener.send(REPLY), listener.send_eof)

        def on_end() -> None:
            client.cork()
            client.write(HELLO[:3])
            client.write(HELLO[3:])
            client.uncork()
            client.end()

        def on_data(_data: bytes) -> None:
            client.pause()
            net.setImmediate(client.resume)

        client: net.Socket = net.connect(options, on_connect)
        client.on("data", on_data)
        client.on("end", on_end)
        client.on("error", ignore)


async def node_limits(stage: Stage) -> None:
    """A server that takes one connection at a time, counts, and times its client out."""
    async with net.runtime():

        def on_connection(connection: net.Socket) -> None:
            connection.on("error", ignore)
            connection.setTimeout(20, connection.destroy)
            connection.resume()
            server.getConnections(lambda _error, _count: None)

        server = net.createServer(on_connection)
        server.maxConnections = 1
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        peers = [stage.client(port_of(server)) for _ in range(2)]
        await stage.until(lambda: all(peer.end for peer in peers))
        server.close()


async def node_abort(stage: Stage) -> None:
    """A server and a client that are ended by signals; another client resets its connection."""
    listener = stage.listener()
    async with net.runtime():
        controller = net.AbortController()
        server = net.createServer()
        server.on("error", ignore)
        options = {"port": 0, "host": "127.0.0.1", "signal": controller.signal}
        server.listen(options)

        def on_connect() -> None:
            client.resetAndDestroy()
            controller.abort()

        client: net.Socket = net.connect(listener.address[1], "127.0.0.1", on_connect)
        client.on("error", ignore)
        client.on("close", controller.abort)


async def node_pulled(stage: Stage) -> None:
    """A client whose chunks are awaited one by one, and whose events are."""
    listener = stage.listener()
    async with net.runtime():
        client: net.Socket = net.connect(listener.address[1], "127.0.0.1")
        client.on("error", ignore)
        try:
            await net.events.once(client, "connect")
            client.write(HELLO)
            stage.act(lambda: listener.send(REPLY), listener.send_eof)
            async for chunk in client:
                assert chunk == REPLY
        finally:
            client.destroy()


async def node_to_core(stage: Stage) -> None:
    """A connection moves from the callback face to the await face, and another one back."""
    listener = stage.listener()
    async with net.runtime():
        client: net.Socket = net.connect(listener.address[1], "127.0.0.1")
        client.on("error", ignore)
        try:
            await net.events.once(client, "connect")
            core = await client.toCore()
        finally:
            client.destroy()
        try:
            stage.act(lambda: listener.send(REPLY))
            await core.send(HELLO)
            data = await core.receive()
        except BaseException:
            core.reset()
            raise
        again = net.Socket.fromCore(core)
        again.on("error", ignore)
        again.end(data)
        again.resume()
        stage.act(listener.send_eof)
