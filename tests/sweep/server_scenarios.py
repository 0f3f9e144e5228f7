"""The scenarios of servers without a handler, of what moves between owners, and of proxies."""

from __future__ import annotations

import functools
from contextlib import closing
from typing import Any

import anyio

import anynet
from anynet.testing import Stage
from tests.sweep.scenarios import HELLO, LOCAL, REPLY, echo, message_of, tls_contexts

TRUSTED = anynet.BlockList()
TRUSTED.add_address("127.0.0.1")
CLAIMED = anynet.ProxyHeader(
    source=anynet.SocketAddress("192.0.2.1", 1000),
    destination=anynet.SocketAddress("192.0.2.2", 80),
)


async def accepting(stage: Stage) -> None:
    """A server whose connections are accepted one by one; it is shut down under the last."""
    async with anynet.create_server(**LOCAL) as serving:
        peers = [stage.client(serving.address) for _ in range(2)]
        # Whom it could not accept it has refused: nobody else comes.
        stage.when(lambda: any(peer.end for peer in peers), serving.close)
        async with await serving.accept() as first:
            await first.send(HELLO)
        async for connection in serving:
            async with connection:
                await connection.send(HELLO)
            break
        await serving.shutdown(grace=0.01)
        await serving.wait_closed()
    await stage.until(lambda: all(peer.end for peer in peers))


async def served_elsewhere(stage: Stage) -> None:
    """``serve`` in a task group of the caller's, until the server is closed."""
    async with anynet.create_server(**LOCAL) as serving:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serving.serve, echo, tasks)
            peer = stage.client(serving.address)
            peer.send(HELLO)
            await stage.until(peer.answered)
            stage.act(peer.send_eof)
            await stage.until(lambda: peer.end)
            await serving.aclose()


async def started(stage: Stage) -> None:
    """``serve`` as a task that is started, ended by its shutdown."""
    async with anyio.create_task_group() as tasks:
        serving = await tasks.start(functools.partial(anynet.serve, echo, **LOCAL))
        peer = stage.client(serving.address)
        peer.send(HELLO)
        await stage.until(peer.answered)
        stage.act(peer.send_eof)
        await serving.shutdown(grace=5)


async def failing_handler(stage: Stage) -> None:
    """A handler that fails ends its own connection, and the server serves on."""

    async def handler(connection: anynet.Socket) -> None:
        if await message_of(connection) == b"hello":
            raise ConnectionError("the handler's own failure")

    async with anynet.create_server(handler, **LOCAL) as serving:
        peers = [stage.client(serving.address) for _ in range(2)]
        for peer in peers:
            peer.send(HELLO)
        await stage.until(lambda: all(peer.end for peer in peers))


async def moving(stage: Stage) -> None:
    """What listens, and a connection, are released and adopted by others."""
    async with anynet.create_server(**LOCAL) as first:
        peer = stage.client(first.address)
        peer.send(HELLO)
        with closing(first.release()) as listeners:
            async with anynet.create_server(adopt=listeners) as second:
                stage.when(lambda: peer.end, second.close)
                accepted = await second.accept()
                try:
                    assert await message_of(accepted) == b"hello"
                    released = accepted.release()
                except BaseException:
                    accepted.reset()
                    raise
                async with anynet.Socket.adopt(released) as adopted:
                    await adopted.send(REPLY)
                    stage.act(peer.send_eof)
                    async for _ in adopted:
                        raise AssertionError


async def bound(stage: Stage) -> None:
    """A port and a client's address are bound first, and used later."""
    with anynet.bind("127.0.0.1", 0) as port, anynet.bind("127.0.0.1", 0) as own:
        async with anynet.create_server(echo, bound=port) as serving:
            async with anynet.connect("127.0.0.1", serving.port, bound=own) as connection:
                await connection.send(HELLO)
                assert await message_of(connection) == b"hello"


async def over_a_stream(stage: Stage) -> None:
    """A connection over one that is a foreign stream, with a watch for its peer's end."""
    listener = stage.listener()
    below = await anynet.connect(*listener.address)
    async with anynet.Socket.from_stream(below, idle_timeout=30) as connection:
        await connection.send_many([HELLO[:3], HELLO[3:]])
        stage.act(lambda: listener.send(REPLY))
        buffer = bytearray(100)
        assert buffer[: await connection.receive_into(buffer)] == REPLY
    await stage.until(lambda: listener.ended)


async def watching(stage: Stage) -> None:
    """A client who waits for its peer to leave, without reading."""
    listener = stage.listener()
    async with anynet.connect(*listener.address) as connection:
        await connection.send(HELLO)
        stage.act(listener.send_eof)
        await connection.wait_peer_closed()
    await stage.until(lambda: listener.ended)


async def proxied(stage: Stage) -> None:
    """Both versions of the PROXY header, sent by a client of ours and read by a server of ours."""

    async def handler(connection: anynet.Socket) -> None:
        assert connection.remote_address == CLAIMED.source
        await echo(connection)

    options: dict[str, Any] = {**LOCAL, "proxy_protocol": "accept", "proxy_trust": TRUSTED}
    async with anynet.create_server(handler, **options) as serving:
        header = stage.client(serving.address)
        header.send(b"PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n" + HELLO)
        stage.act(header.send_eof)
        connecting = anynet.connect("127.0.0.1", serving.port, proxy_header=CLAIMED)
        async with connecting as connection:
            await connection.send(HELLO)
            assert await message_of(connection) == b"hello"
        await stage.until(lambda: header.end)


async def proxied_tls(stage: Stage) -> None:
    """A PROXY header before the handshake of TLS, and a relay to a plain upstream."""
    server_context, client_context = tls_contexts()
    upstream = stage.listener()

    async def handler(connection: anynet.Socket) -> None:
        async with anynet.connect(*upstream.address) as further:
            await anynet.relay(connection, further, idle_timeout=30)

    options: dict[str, Any] = {"proxy_protocol": "require", "proxy_trust": TRUSTED}
    secure: dict[str, Any] = {"tls": client_context, "proxy_header": CLAIMED}
    async with anynet.create_server(handler, **LOCAL, tls=server_context, **options) as serving:
        async with anynet.connect("127.0.0.1", serving.port, **secure) as connection:
            await connection.send(HELLO)
            stage.act(lambda: upstream.send(REPLY), upstream.send_eof)
            assert await message_of(connection) == b"a reply"
    await stage.until(lambda: not upstream.peers or upstream.ended)


async def relay_reset(stage: Stage) -> None:
    """A relay one of whose sides is reset: the other is told."""
    upstream = stage.listener()

    async def handler(connection: anynet.Socket) -> None:
        async with anynet.connect(*upstream.address) as further:
            await anynet.relay(connection, further)

    async with anynet.create_server(handler, **LOCAL) as serving:
        peer = stage.client(serving.address)
        peer.send(HELLO)
        await stage.until(lambda: peer.end or (upstream.peers and upstream.peer.messages))
        stage.act(upstream.reset)
        await stage.until(lambda: peer.end)
