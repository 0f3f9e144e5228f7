"""What is wrong with a frame is a failure of the peer that sent it, not of the handler."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
import trustme
from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteStream
from anyio.streams.tls import TLSStream

import anynet
from anynet.framing import LengthPrefixedStream, LineStream
from anynet.testing import memory_pair
from tests.core.server_peers import sees
from tests.support import client_of, in_thread, plain_client

pytestmark = pytest.mark.anyio


async def receive_all(stream: Any) -> None:
    async for _ in stream:
        pass


async def text(stream: ByteStream) -> None:
    await receive_all(LineStream(stream, max_line=10, encoding="utf-8"))


async def text_by_batches(stream: ByteStream) -> None:
    lines = LineStream(stream, max_line=10, encoding="utf-8")
    while True:
        await lines.receive_many()


async def frames(stream: ByteStream) -> None:
    await receive_all(LengthPrefixedStream(stream, max_frame=10))


async def over_a_buffer(stream: ByteStream) -> None:
    await text(BufferedByteStream(stream))


async def over_a_socket_of_the_socket(stream: ByteStream) -> None:
    await text(anynet.Socket.from_stream(stream))


async def raised_from(stream: ByteStream) -> None:
    try:
        await text(stream)
    except Exception as error:
        raise RuntimeError("no such request") from error


async def in_a_task(stream: ByteStream) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(text, stream)


READERS: list[Callable[[ByteStream], Awaitable[None]]] = [
    text,
    text_by_batches,
    over_a_buffer,
    over_a_socket_of_the_socket,
    raised_from,
    in_a_task,
]
NONSENSE = {"too long": b"x" * 20, "no text": b"\xff\n", "cut off": b"half"}


async def say_hello(server: anynet.Server) -> None:
    """Speak to a handler that fails then."""
    with await in_thread(plain_client, server) as peer:
        peer.sendall(b"hello")
        assert await sees(peer) is ConnectionResetError


async def survives(server: anynet.Server, data: bytes) -> None:
    """A peer sends ``data`` and ends: it is reset and counted, and the server serves the next."""
    before = server.statistics().peer_failures
    with await in_thread(plain_client, server) as peer:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        # A clean end would make half a reply look like a whole one.
        assert await sees(peer) is ConnectionResetError
        assert server.statistics().peer_failures == before + 1


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
async def test_nonsense_of_a_peer(reader: Callable[[ByteStream], Awaitable[None]]) -> None:
    async with anynet.create_server(reader, host="127.0.0.1", port=0) as server:
        for data in NONSENSE.values():
            await survives(server, data)


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xff", b"\0\0", b"\0\0\0\5ab"])
async def test_nonsense_in_frames(data: bytes) -> None:
    async with anynet.create_server(frames, host="127.0.0.1", port=0) as server:
        await survives(server, data)


@pytest.mark.parametrize("by_server", [True, False])
async def test_nonsense_over_tls(by_server: bool) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    client_context = ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(client_context)

    async def wrapping(stream: ByteStream) -> None:
        await text(await TLSStream.wrap(stream, server_side=True, ssl_context=context))

    options: Any = {"tls": context} if by_server else {}
    handler = text if by_server else wrapping
    async with anynet.create_server(handler, host="127.0.0.1", port=0, **options) as server:
        async with client_of(server, tls=client_context) as client:
            await client.send(b"\xff\n")
            with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
                await client.receive()
    assert server.statistics().peer_failures == 1


async def test_nonsense_of_another_peer_is_no_failure_of_this_one() -> None:
    upstream, database = memory_pair()
    handled: list[Exception] = []

    async def handler(socket: anynet.Socket) -> None:
        assert await socket.receive() == b"hello"
        await text(upstream)

    async with upstream, database:
        await database.send(b"\xff\n")
        options: Any = {"on_handler_error": lambda error, _: handled.append(error)}
        async with anynet.create_server(handler, host="127.0.0.1", port=0, **options) as server:
            await say_hello(server)
        assert server.statistics().peer_failures == 0


async def test_what_the_handler_does_wrong_is_its_own_failure() -> None:
    handled: list[Exception] = []

    async def handler(socket: anynet.Socket) -> None:
        assert await socket.receive() == b"hello"
        await LineStream(socket).send(b"two\nlines")

    options: Any = {"on_handler_error": lambda error, _: handled.append(error)}
    async with anynet.create_server(handler, host="127.0.0.1", port=0, **options) as server:
        await say_hello(server)
    assert isinstance(handled[0], ValueError)
