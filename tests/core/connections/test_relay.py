"""``relay``: everything goes through both ways, and a cut stream never looks complete."""

from __future__ import annotations

import errno
import random
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
import trio
from anyio.abc import ByteStream
from anyio.streams.stapled import StapledObjectStream
from trio.testing import MockClock

import anynet
from tests.core.connections.relays import everything, relaying, sees_reset, send_all
from tests.core.server_peers import PATIENCE, nothing_left_open
from tests.support import tcp_pair

on_every_backend = pytest.mark.anyio


@pytest.fixture
def _tidy(anyio_backend: Any) -> Iterator[None]:
    with nothing_left_open():
        yield


tidy = pytest.mark.usefixtures("_tidy")


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

    received: dict[str, bytes] = {}

    async def receive(name: str, stream: anynet.Socket) -> None:
        received[name] = await everything(stream)

    async with relaying() as running:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send_all, running.left, there)
            tasks.start_soon(send_all, running.right, back)
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


@on_every_backend
@tidy
async def test_its_counters_run_along() -> None:
    async with relaying() as running:
        assert running.relay is None
        await running.left.send(b"hello")
        assert await running.right.receive() == b"hello"
        relay = running.relay
        assert relay is not None
        assert (relay.bytes_a_to_b, relay.bytes_b_to_a, relay.result) == (5, 0, None)
        await running.right.send(b"hi")
        assert await running.left.receive() == b"hi"
        assert repr(relay) == "<anynet.Relay 5 bytes, 2 back, under way>"
        assert running.near[0].bytes_received == running.near[1].bytes_sent == 5
        assert running.near[1].bytes_received == running.near[0].bytes_sent == 2
        await running.left.send_eof()
        await running.right.send_eof()
        result = await running.wait()
    assert relay.result is result
    assert repr(relay) == "<anynet.Relay 5 bytes, 2 back, ended>"


@on_every_backend
@tidy
async def test_it_can_be_started_as_a_task_and_is_a_coroutine_that_wants_to_be_awaited() -> None:
    async with tcp_pair() as (left, near_left), tcp_pair() as (right, near_right):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anynet.relay, near_left, near_right)
            await left.send(b"x")
            assert await right.receive() == b"x"
            await left.send_eof()
            await right.send_eof()
        assert near_left.closed
    with pytest.warns(RuntimeWarning, match="never awaited"):
        anynet.relay(left, right)
    relay = anynet.relay(left, right)
    assert (relay.bytes_a_to_b, relay.bytes_b_to_a, relay.result) == (0, 0, None)
    relay.close()


@on_every_backend
@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("busy", ["receiving", "sending"])
async def test_a_side_that_is_in_use_is_refused_and_neither_is_touched(
    wrapped: bool, busy: str
) -> None:
    async with tcp_pair() as (left, near_left), tcp_pair() as (right, near_right):
        near = anynet.Socket.from_stream(near_right) if wrapped else near_right

        async def use() -> None:
            if busy == "receiving":
                assert await near.receive() == b"for the one who receives"
            else:
                await near.send(bytes(20_000_000))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(use)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(anyio.BusyResourceError):
                await anynet.relay(near_left, near)
            await right.send(b"for the one who receives")
            received = 0
            while busy == "sending" and received < 20_000_000:
                received += len(await right.receive())
        await left.send(b"still there")
        assert await near_left.receive() == b"still there"
        await near_left.send(b"and open")
        assert await left.receive() == b"and open"


@on_every_backend
@tidy
async def test_what_was_received_already_goes_first() -> None:
    async with relaying(unread_a=b"a header for b, ", unread_b=b"and one for a, ") as running:
        await running.left.send(b"then this")
        await running.left.send_eof()
        await running.right.send(b"and that")
        await running.right.send_eof()
        assert await everything(running.right) == b"a header for b, then this"
        assert await everything(running.left) == b"and one for a, and that"
        result = await running.wait()
    assert (result.bytes_a_to_b, result.bytes_b_to_a) == (25, 23)


@on_every_backend
async def test_what_are_no_two_streams_is_refused_at_the_call() -> None:
    async with tcp_pair() as (left, right):
        with pytest.raises(ValueError, match=r"two streams, not the same <anynet\.Socket"):
            anynet.relay(left, left)
        nothing: Any = None
        with pytest.raises(TypeError, match="b must be a ByteStream or an ObjectStream, not None"):
            anynet.relay(left, nothing)
        with pytest.raises(TypeError, match="a must be a ByteStream or .*, not None"):
            anynet.relay(nothing, left)
        await left.send(b"still there")
        assert await right.receive() == b"still there"


@on_every_backend
@pytest.mark.parametrize("option", ["unread_a", "unread_b"])
async def test_what_was_received_must_be_bytes(option: str) -> None:
    async with tcp_pair() as (left, right):
        options: Any = {option: "text"}
        with pytest.raises(TypeError, match=f"{option} must be"):
            await anynet.relay(left, right, **options)


@on_every_backend
@tidy
@pytest.mark.parametrize("side", [0, 1])
async def test_a_side_that_is_closed_already_breaks_it(side: int) -> None:
    async with tcp_pair() as (left, near_left), tcp_pair() as (right, near_right):
        near = (near_left, near_right)
        await near[side].aclose()
        result = await anynet.relay(*near)
        assert result.end is anynet.RelayEnd.BROKEN
        assert isinstance(result.error, anyio.ClosedResourceError)
        assert await sees_reset((right, left)[side])


@on_every_backend
@tidy
async def test_a_side_that_was_ended_before_takes_nothing_but_the_end() -> None:
    async with tcp_pair() as (left, near_left), tcp_pair() as (right, near_right):
        await near_right.send_eof()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send_all, right, b"still wanted")
            tasks.start_soon(left.send_eof)
            result = await anynet.relay(near_left, near_right)
        assert result == anynet.RelayResult(
            end=anynet.RelayEnd.ENDED, bytes_a_to_b=0, bytes_b_to_a=12
        )
    async with tcp_pair() as (left, near_left), tcp_pair() as (right, near_right):
        await near_right.send_eof()
        await left.send(b"for nobody")
        result = await anynet.relay(near_left, near_right)
        assert result.end is anynet.RelayEnd.BROKEN
        assert isinstance(result.error, anyio.ClosedResourceError)
        assert result.bytes_a_to_b == 0


@on_every_backend
@tidy
@pytest.mark.parametrize("wrapped", [True, False])
async def test_the_reply_is_kept_where_half_open_connections_are_not_allowed(wrapped: bool) -> None:
    @asynccontextmanager
    async def pair() -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
        async with tcp_pair(allow_half_open=False) as (far, near):
            if wrapped:
                near = anynet.Socket.from_stream(near, allow_half_open=False)
            yield far, near

    async with relaying(pair, pair) as running:
        await running.left.send_eof()
        with pytest.raises(anyio.EndOfStream):
            await running.right.receive()
        await running.right.send(b"the answer")
        assert await running.left.receive() == b"the answer"
        await running.right.send_eof()
        assert (await running.wait()).end is anynet.RelayEnd.ENDED
