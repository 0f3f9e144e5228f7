"""Connected pairs of every kind of stream, by name, for the conformance suite and others."""

from __future__ import annotations

import functools
import math
import socket
import ssl
from array import array
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, TypeAlias

import anyio
import trustme
from anyio.abc import AnyByteStream, ByteStream
from anyio.streams.stapled import StapledObjectStream
from anyio.streams.tls import TLSStream

import anynet
from anynet._transport.streams.socket_stream import SocketStream
from anynet.testing import memory_pair, memory_stream_pair

Pair: TypeAlias = tuple[ByteStream, ByteStream]


def tcp_sockets(address: str = "127.0.0.1") -> tuple[socket.socket, socket.socket]:
    """Two connected sockets of the standard library: the client's, then the server's."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listener:
        client = socket.create_connection(listener.getsockname()[:2])
        server, _ = listener.accept()
        return client, server


@contextmanager
def plain_and_ours(
    family: int = socket.AF_INET, **options: Any
) -> Iterator[tuple[socket.socket, anynet.Socket]]:
    """A plain blocking socket and the :class:`anynet.Socket` that it is connected to."""
    one, other = socket.socketpair() if family == socket.AF_UNIX else tcp_sockets()
    one.settimeout(10)
    ours = anynet.Socket.from_fd(other, **options)
    try:
        yield one, ours
    finally:
        one.close()
        ours.reset()


@contextmanager
def plain_and_raw(family: int = socket.AF_INET) -> Iterator[tuple[socket.socket, SocketStream]]:
    """A plain blocking socket and the :class:`SocketStream` that it is connected to."""
    one, other = socket.socketpair() if family == socket.AF_UNIX else tcp_sockets()
    one.settimeout(10)
    other.setblocking(False)
    ours = SocketStream(other)
    try:
        yield one, ours
    finally:
        one.close()
        ours.abort()


def pattern_of(length: int, seed: int) -> bytes:
    """Bytes in which a lost, doubled or swapped piece shows."""
    first = seed * 1_000_003
    return array("I", range(first, first + length // 4 + 1)).tobytes()[:length]


def read_to_end(sock: socket.socket) -> bytes:
    """Read until the end of the stream; raises what the system says instead of an end."""
    received = bytearray()
    while chunk := sock.recv(1 << 20):
        received += chunk
    return bytes(received)


async def at_the_wake(
    make_ready: Callable[[], object], action: Callable[[], object], *, action_first: bool
) -> None:
    """Wake a parked task by ``make_ready()`` and do ``action()`` in the same turn of the loop.

    Another task is parked on a descriptor that gets ready together with the first one. asyncio runs
    them in the order in which they got ready, Trio in either: callers try both, several times.
    """
    with plain_and_raw(socket.AF_UNIX) as (peer, trigger):

        async def act() -> None:
            await trigger.receive()
            action()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(act)
            await anyio.wait_all_tasks_blocked()
            if action_first:
                peer.sendall(b"!")
            make_ready()
            if not action_first:
                peer.sendall(b"!")


@functools.cache
def tls_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The client's context and the server's, for the name ``localhost``."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    # A client that has not read the tickets of TLS 1.3 would reset the connection by its close.
    server.num_tickets = 0
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return client, server


async def wrap_tls(
    one: AnyByteStream, other: AnyByteStream, *, standard_compatible: bool = False
) -> tuple[TLSStream, TLSStream]:
    """TLS over two connected streams."""
    client_context, server_context = tls_contexts()
    wrapped: list[TLSStream] = []

    async def serve() -> None:
        wrapped.append(
            await TLSStream.wrap(
                other, ssl_context=server_context, standard_compatible=standard_compatible
            )
        )

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve)
        client = await TLSStream.wrap(
            one,
            ssl_context=client_context,
            hostname="localhost",
            standard_compatible=standard_compatible,
        )
    return client, wrapped[0]


@asynccontextmanager
async def tcp(address: str = "127.0.0.1") -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    one, other = map(anynet.Socket.from_fd, tcp_sockets(address))
    async with one, other:
        yield one, other


@asynccontextmanager
async def unix() -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    one, other = map(anynet.Socket.from_fd, socket.socketpair())
    async with one, other:
        yield one, other


@asynccontextmanager
async def served() -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    """Made by ``connect`` and by a server, as users have them."""
    async with anynet.create_server(host="127.0.0.1", port=0, grace_period=0) as server:
        assert isinstance(server.address, anynet.SocketAddress)
        async with anynet.connect("127.0.0.1", server.address.port) as one:
            async with await server.accept() as other:
                yield one, other


@asynccontextmanager
async def tls() -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    async with tcp() as below:
        one, other = map(anynet.Socket.from_stream, await wrap_tls(*below))
        async with one, other:
            yield one, other


@asynccontextmanager
async def object_streams(room: float = 4) -> AsyncIterator[Pair]:
    to_other, from_one = anyio.create_memory_object_stream[bytes](room)
    to_one, from_other = anyio.create_memory_object_stream[bytes](room)
    with to_other, from_one, to_one, from_other:
        one = anynet.Socket.from_stream(StapledObjectStream(to_other, from_other))
        other = anynet.Socket.from_stream(StapledObjectStream(to_one, from_one))
        async with one, other:
            yield one, other


@asynccontextmanager
async def over_anyio() -> AsyncIterator[Pair]:
    """Over the TCP streams of AnyIO."""
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as multi:
        listener: Any = multi.listeners[0]
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        one = anynet.Socket.from_stream(await anyio.connect_tcp("127.0.0.1", port))
        other = anynet.Socket.from_stream(await listener.accept())
        async with one, other:
            yield one, other


@asynccontextmanager
async def socket_over_socket() -> AsyncIterator[Pair]:
    async with tcp() as below:
        one, other = map(anynet.Socket.from_stream, below)
        async with one, other:
            yield one, other


@asynccontextmanager
async def memory_sockets() -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    one, other = memory_pair()
    async with one, other:
        yield one, other


@asynccontextmanager
async def memory_streams() -> AsyncIterator[Pair]:
    one, other = memory_stream_pair()
    async with one, other:
        yield one, other


PAIRS: dict[str, Callable[[], AbstractAsyncContextManager[Any]]] = {
    "tcp v4": tcp,
    "tcp v6": lambda: tcp("::1"),
    "unix": unix,
    "served": served,
    "tls": tls,
    "object streams": object_streams,
    "object streams without room": lambda: object_streams(0),
    "object streams with endless room": lambda: object_streams(math.inf),
    "over anyio's tcp": over_anyio,
    "socket over socket": socket_over_socket,
    "memory sockets": memory_sockets,
    "memory streams": memory_streams,
}
