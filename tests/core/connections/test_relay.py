"""``relay``: everything goes through both ways, and a cut stream never looks complete."""

from __future__ import annotations

import errno
import random
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio
import attrs
import pytest
import trio
import trustme
from anyio.abc import ByteStream
from anyio.streams.stapled import StapledObjectStream
from trio.testing import MockClock

import anynet
from tests.core.server_peers import PATIENCE, nothing_left_open
from tests.support import client_of, tcp_pair

on_every_backend = pytest.mark.anyio


@pytest.fixture
def _tidy(anyio_backend: Any) -> Iterator[None]:
    with nothing_left_open():
        yield


tidy = pytest.mark.usefixtures("_tidy")


@attrs.define
class Running:
    """A relay at work between two connections whose far ends are ``left`` and ``right``."""

    left: anynet.Socket
    right: anynet.Socket
    near: tuple[anynet.Socket, anynet.Socket]
    scope: anyio.CancelScope
    result: anynet.RelayResult | None = None
    ended: anyio.Event = attrs.field(factory=anyio.Event)

    async def run(self, **options: Any) -> None:
        try:
            with self.scope:
                self.result = await anynet.relay(*self.near, **options)
        finally:
            self.ended.set()

    async def wait(self) -> anynet.RelayResult:
        """The result of the relay, which has closed its own ends."""
        with anyio.fail_after(PATIENCE):
            await self.ended.wait()
        assert self.near[0].closed
        assert self.near[1].closed
        assert self.result is not None
        return self.result


@asynccontextmanager
async def relaying(**options: Any) -> AsyncIterator[Running]:
    async with (
        tcp_pair() as (left, near_left),
        tcp_pair() as (right, near_right),
        anyio.create_task_group() as tasks,
    ):
        running = Running(left, right, (near_left, near_right), anyio.CancelScope())
        tasks.start_soon(lambda: running.run(**options))
        yield running
        await running.ended.wait()


async def everything(stream: anynet.Socket) -> bytes:
    with anyio.fail_after(PATIENCE):
        return b"".join([chunk async for chunk in stream])


async def sees_reset(stream: anynet.Socket) -> bool:
    with anyio.fail_after(PATIENCE), pytest.raises(anynet.ConnectionBroken) as caught:
        await stream.receive()
    return caught.value.errno == errno.ECONNRESET


@on_every_backend
@tidy
async def test_both_ways_with_half_closes() -> None:
    async with relaying() as running:
        left, right = running.left, running.right
        await left.send(b"from the left")
        assert await right.receive() == b"from the left"
        await left.send_eof()
        with pytest.raises(anyio.EndOfStream):
            await right.receive()
        assert not running.ended.is_set()
        await right.send(b"the answer comes after the end")
        assert await left.receive() == b"the answer comes after the end"
        await right.send_eof()
        with pytest.raises(anyio.EndOfStream):
            await left.receive()
        assert await running.wait() == anynet.RelayResult(
            end=anynet.RelayEnd.ENDED, bytes_a_to_b=13, bytes_b_to_a=30
        )


@on_every_backend
@tidy
async def test_much_goes_through_both_ways_at_once() -> None:
    there, back = (random.Random(seed).randbytes(3_000_000) for seed in "ab")

    async def send(stream: anynet.Socket, data: bytes) -> None:
        await stream.send(data)
        await stream.send_eof()

    received: dict[str, bytes] = {}

    async def receive(name: str, stream: anynet.Socket) -> None:
        received[name] = await everything(stream)

    async with relaying() as running:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send, running.left, there)
            tasks.start_soon(send, running.right, back)
            tasks.start_soon(receive, "left", running.left)
            tasks.start_soon(receive, "right", running.right)
        result = await running.wait()
    assert received == {"left": back, "right": there}
    assert (result.bytes_a_to_b, result.bytes_b_to_a) == (3_000_000, 3_000_000)


@on_every_backend
@tidy
async def test_a_side_that_is_reset_resets_the_other() -> None:
    async with relaying() as running:
        await running.left.send(b"before")
        assert await running.right.receive() == b"before"
        running.left.reset()
        assert await sees_reset(running.right)
        result = await running.wait()
    assert result.end is anynet.RelayEnd.BROKEN
    assert (result.bytes_a_to_b, result.bytes_b_to_a) == (6, 0)
    assert isinstance(result.error, anynet.ConnectionBroken)
    assert result.error.errno == errno.ECONNRESET


@on_every_backend
@tidy
async def test_a_side_that_is_closed_by_somebody_else_breaks_it() -> None:
    async with relaying() as running:
        await running.left.send(b"before")
        assert await running.right.receive() == b"before"
        await running.near[0].aclose()
        assert await sees_reset(running.right)
        result = await running.wait()
    assert result.end is anynet.RelayEnd.BROKEN
    assert isinstance(result.error, anyio.ClosedResourceError)


@on_every_backend
@tidy
async def test_the_idle_timeout_resets_both() -> None:
    async with relaying(idle_timeout=0.05) as running:
        await running.left.send(b"x")
        assert await running.right.receive() == b"x"
        assert await sees_reset(running.left)
        assert await sees_reset(running.right)
        result = await running.wait()
    assert result == anynet.RelayResult(end=anynet.RelayEnd.IDLE, bytes_a_to_b=1, bytes_b_to_a=0)


@on_every_backend
@tidy
async def test_cancelling_it_resets_both() -> None:
    async with relaying() as running:
        await running.left.send(b"x")
        assert await running.right.receive() == b"x"
        running.scope.cancel()
        assert await sees_reset(running.left)
        assert await sees_reset(running.right)
        await running.ended.wait()
        assert running.scope.cancelled_caught
        assert running.result is None


@on_every_backend
@tidy
async def test_who_does_not_read_holds_up_the_sender() -> None:
    async with relaying() as running:
        sent_all = False
        with anyio.move_on_after(0.2):
            await running.left.send(bytes(100_000_000))
            sent_all = True
        assert not sent_all
        running.right.reset()
        result = await running.wait()
        assert result.end is anynet.RelayEnd.BROKEN
        assert result.bytes_a_to_b < running.left.bytes_sent


def tls_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    authority = trustme.CA()
    server, client = (
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
        ssl.create_default_context(),
    )
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    return server, client


@on_every_backend
@tidy
async def test_over_tls_the_end_of_one_direction_ends_it() -> None:
    server_context, client_context = tls_contexts()
    results: list[anynet.RelayResult] = []

    async with AsyncExitStack() as stack:
        right, near_right = await stack.enter_async_context(tcp_pair())

        async def handler(near_left: anynet.Socket) -> None:
            results.append(await anynet.relay(near_left, near_right))

        server = await stack.enter_async_context(
            anynet.create_server(handler, host="127.0.0.1", port=0, tls=server_context)
        )
        left = await stack.enter_async_context(client_of(server, tls=client_context))
        await left.send(b"hello")
        assert await right.receive() == b"hello"
        await right.send(b"good-bye")
        await right.send_eof()  # cannot be passed on alone
        assert await everything(left) == b"good-bye"
        assert await everything(right) == b""
    assert results == [
        anynet.RelayResult(end=anynet.RelayEnd.ENDED, bytes_a_to_b=5, bytes_b_to_a=8)
    ]


def memory_pair() -> tuple[Any, Any]:
    """Two ends of an in-memory connection."""
    send_a, receive_a = anyio.create_memory_object_stream[bytes](0)
    send_b, receive_b = anyio.create_memory_object_stream[bytes](0)
    return StapledObjectStream(send_a, receive_b), StapledObjectStream(send_b, receive_a)


@on_every_backend
@pytest.mark.parametrize("wrapped", [True, False])
async def test_between_streams_in_memory(wrapped: bool) -> None:
    (left, near_left), (right, near_right) = memory_pair(), memory_pair()
    near: list[ByteStream] = [near_left, near_right]
    if wrapped:
        near = [anynet.Socket.from_stream(stream) for stream in near]
    results: list[anynet.RelayResult] = []

    async def run() -> None:
        results.append(await anynet.relay(*near))

    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run)
            await left.send(b"hello")
            assert await right.receive() == b"hello"
            await left.send_eof()
            with pytest.raises(anyio.EndOfStream):
                await right.receive()
            await right.send(b"late")
            assert await left.receive() == b"late"
            await right.send_eof()
            with pytest.raises(anyio.EndOfStream):
                await left.receive()
    assert results == [
        anynet.RelayResult(end=anynet.RelayEnd.ENDED, bytes_a_to_b=5, bytes_b_to_a=4)
    ]
    await left.aclose()
    await right.aclose()


@pytest.mark.trio
async def test_activity_puts_the_idle_timeout_off(autojump_clock: MockClock) -> None:
    (left, near_left), (right, near_right) = memory_pair(), memory_pair()
    began = trio.current_time()
    results: list[anynet.RelayResult] = []

    async def run() -> None:
        results.append(
            await anynet.relay(
                anynet.Socket.from_stream(near_left),
                anynet.Socket.from_stream(near_right),
                idle_timeout=10,
            )
        )

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        for source, sink in ((left, right), (right, left), (left, right)):
            await trio.sleep(8)
            await source.send(b"x")
            assert await sink.receive() == b"x"
    assert trio.current_time() - began == pytest.approx(3 * 8 + 10)
    assert results == [anynet.RelayResult(end=anynet.RelayEnd.IDLE, bytes_a_to_b=2, bytes_b_to_a=1)]
    for stream in (left, right):
        with pytest.raises(anyio.EndOfStream):
            await stream.receive()
        await stream.aclose()


@pytest.mark.trio
async def test_a_part_of_a_chunk_puts_the_idle_timeout_off(autojump_clock: MockClock) -> None:
    source, near_source = memory_pair()
    plain, near_plain = socket.socketpair()
    near_plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    size = 1 << 15
    results: list[anynet.RelayResult] = []

    async def run() -> None:
        near_sink = anynet.Socket.from_fd(near_plain)
        results.append(await anynet.relay(near_source, near_sink, idle_timeout=10))

    began = trio.current_time()
    async with anynet.Socket.from_fd(plain) as sink, trio.open_nursery() as nursery:
        nursery.start_soon(run)
        await source.send(bytes(size))
        received = 0
        while received < size:
            received += len(await sink.receive(2048))
            await trio.sleep(2)
    # Longer than the timeout: only the parts that went out can have put it off.
    assert trio.current_time() - began > 3 * 10
    assert results == [
        anynet.RelayResult(end=anynet.RelayEnd.IDLE, bytes_a_to_b=size, bytes_b_to_a=0)
    ]
    await source.aclose()


@on_every_backend
@pytest.mark.parametrize(
    ("value", "error"),
    [(0, ValueError), (-1, ValueError), (float("nan"), ValueError), ("1", TypeError)],
)
async def test_a_bad_idle_timeout_is_refused_and_nothing_is_touched(
    value: Any, error: type[Exception]
) -> None:
    async with tcp_pair() as (left, right):
        with pytest.raises(error, match="idle_timeout"):
            await anynet.relay(left, right, idle_timeout=value)
        await left.send(b"still there")
        assert await right.receive() == b"still there"
