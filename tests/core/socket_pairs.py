"""Connected pairs of sockets over streams of each kind, and steps of their events."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import anyio
import pytest
import trustme
from anyio.streams.stapled import StapledObjectStream

import anynet
from tests.core.server_peers import PATIENCE, turns
from tests.support import client_of, tcp_pair

Pair: TypeAlias = tuple[anynet.Socket, anynet.Socket]
AUTHORITY = trustme.CA()


def tls_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    client = ssl.create_default_context()
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(server)
    AUTHORITY.configure_trust(client)
    return server, client


@asynccontextmanager
async def tls_pair(**options: Any) -> AsyncIterator[Pair]:
    server_context, client_context = tls_contexts()
    async with (
        anynet.create_server(
            host="127.0.0.1", port=0, grace_period=0, tls=server_context, **options
        ) as server,
        anyio.create_task_group() as tasks,
    ):
        accepted: list[anynet.Socket] = []

        async def accept() -> None:
            accepted.append(await server.accept())

        tasks.start_soon(accept)
        client = await client_of(server, tls=client_context)
        while not accepted:
            await turns(1)
        try:
            yield client, accepted[0]
        except BaseException:
            client.reset()
            raise
        # Side by side, since a close waits for that of the peer.
        tasks.start_soon(client.aclose)
        tasks.start_soon(accepted[0].aclose)


@asynccontextmanager
async def memory_pair(**options: Any) -> AsyncIterator[Pair]:
    send_a, receive_a = anyio.create_memory_object_stream[bytes](1)
    send_b, receive_b = anyio.create_memory_object_stream[bytes](1)
    a = anynet.Socket.from_stream(StapledObjectStream(send_a, receive_b))
    b = anynet.Socket.from_stream(StapledObjectStream(send_b, receive_a), **options)
    with anyio.fail_after(2 * PATIENCE):
        async with a, b:
            yield a, b


MakePair: TypeAlias = Callable[..., AbstractAsyncContextManager[Pair]]
every_kind = pytest.mark.parametrize("make_pair", [tcp_pair, tls_pair, memory_pair])
foreign = pytest.mark.parametrize("make_pair", [tls_pair, memory_pair])


async def step(events: anynet.SocketEvents) -> anynet.SocketEvent:
    with anyio.fail_after(PATIENCE):
        return await anext(events)


async def steps_until_data(events: anynet.SocketEvents, length: int) -> bytes:
    """The data of the next steps, ``length`` bytes in all; other events are an error."""
    data = b""
    while len(data) < length:
        event = await step(events)
        assert isinstance(event, anynet.Data)
        data += event.data
    return data
