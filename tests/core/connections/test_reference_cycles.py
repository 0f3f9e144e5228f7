"""What has failed or ended is gone at once, without the garbage collector.

Until that runs, everything that the frames of a failure refer to would stay: sockets, the options,
a TLS context among them.
"""

from __future__ import annotations

import gc
import socket
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import anyio
import pytest

import anynet
from tests.core.server_peers import turns, until
from tests.support import client_of
from tests.testing.pairs import tcp_sockets

pytestmark = pytest.mark.anyio


@contextmanager
def free_port() -> Iterator[int]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    a, b = tcp_sockets()
    async with anynet.Socket.from_fd(a) as one, anynet.Socket.from_fd(b) as other:
        yield one, other


async def refused() -> None:
    with free_port() as port, suppress(anynet.ConnectError):
        await anynet.connect("127.0.0.1", port)


async def refused_by_all() -> None:
    async def resolver(host: str, family: object) -> list[str]:
        return ["127.0.0.1", "127.0.0.2", "::1"]

    with free_port() as port, suppress(anynet.ConnectError):
        await anynet.connect("several.example", port, resolver=resolver)


async def failed_look_up() -> None:
    async def resolver(host: str, family: object) -> list[str]:
        raise OSError("no such name")

    with suppress(anynet.ConnectError):
        await anynet.connect("nobody.example", 80, resolver=resolver)


async def mistaken_look_up() -> None:
    async def resolver(host: str, family: object) -> list[str]:
        raise ZeroDivisionError

    with suppress(ZeroDivisionError):
        await anynet.connect("nobody.example", 80, resolver=resolver)


async def out_of_time() -> None:
    async def resolver(host: str, family: object) -> list[str]:
        await anyio.sleep_forever()
        raise AssertionError

    with suppress(anynet.ConnectTimeout):
        await anynet.connect("slow.example", 80, resolver=resolver, connect_timeout=0.001)


async def missing_path() -> None:
    with suppress(anynet.ConnectError):
        await anynet.connect(path="/nowhere/at/all")


async def cut_handshake() -> None:
    context = ssl.create_default_context()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)

        async def reset() -> None:
            await anyio.wait_readable(listener)
            sock, _ = listener.accept()
            await anyio.wait_readable(sock)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(reset)
            with suppress(anynet.ConnectError):
                await anynet.connect(*listener.getsockname(), tls=context)


async def lost() -> None:
    async with pair() as (one, other):
        other.reset()
        with suppress(anyio.BrokenResourceError):
            await one.receive()


async def closed() -> None:
    async with pair() as (one, _):
        await one.aclose()
        with suppress(anyio.ClosedResourceError):
            await one.receive()


async def ended() -> None:
    async with pair() as (one, other):
        await other.aclose()
        with suppress(anyio.EndOfStream):
            await one.receive()


async def truncated_descriptors() -> None:
    a, b = socket.socketpair()
    async with anynet.Socket.from_fd(a) as one, anynet.Socket.from_fd(b) as other:
        await one.send_fds(b"x", [0, 1, 2])
        with suppress(anynet.DescriptorsTruncated):
            await other.receive_fds(10, 1)


SCENARIOS: list[Callable[[], Awaitable[None]]] = [
    refused,
    refused_by_all,
    failed_look_up,
    mistaken_look_up,
    out_of_time,
    missing_path,
    cut_handshake,
    lost,
    closed,
    ended,
    truncated_descriptors,
]


@contextmanager
def garbage() -> Iterator[list[Any]]:
    """What only the collector would free after the block."""
    found: list[Any] = []
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield found
        gc.collect()
        found += gc.garbage
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def named(found: list[Any]) -> Counter[str]:
    return Counter(type(each).__name__ for each in found)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda function: function.__name__)
async def test_nothing_is_left_to_the_collector(
    scenario: Callable[[], Awaitable[None]],
) -> None:
    await scenario()  # What is made once is made here.
    with garbage() as found:
        await scenario()
    assert not named(found)


async def test_a_handler_whose_peer_left_is_not_left_to_the_collector() -> None:
    async def handler(socket: anynet.Socket) -> None:
        async for _ in socket:
            pass

    async def one_client() -> None:
        accepted = server.statistics().accepted
        async with client_of(server) as client:
            await client.send(b"x")
            await until(lambda: server.statistics().accepted > accepted)
        await until(lambda: not server.statistics().open)
        await turns()  # For the task that ran the handler to end as well.

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, cancel_on_disconnect=True
    ) as server:
        await one_client()
        with garbage() as found:
            await one_client()
        assert not named(found)
