"""Reading ahead: a task between a stream that can only be waited for and a reader that must not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import ByteStream

from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed, ConnectionEnded
from anynet._transport.streams.adopt import adopt
from anynet._transport.streams.read_ahead import ReadAhead
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.wrapped_stream import WrappedStream
from anynet.testing import Fault, FaultyStream, MemoryStream, memory_stream_pair
from tests.testing.pairs import pattern_of

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def reading_ahead(
    high_water_mark: int = 65536, **faults: Any
) -> AsyncIterator[tuple[WrappedStream, ReadAhead, MemoryStream]]:
    one, other = memory_stream_pair()
    stream = WrappedStream(FaultyStream(one, **faults))
    stream.read_ahead = ahead = ReadAhead(stream, high_water_mark)
    async with anyio.create_task_group() as tasks:
        ahead.start(tasks)
        yield stream, ahead, other
        ahead.stop()


async def test_bytes_up_to_the_end() -> None:
    message = pattern_of(300_000, 2)
    received = bytearray()
    async with reading_ahead() as (stream, _, other), anyio.create_task_group() as tasks:

        async def talk() -> None:
            await other.send(message)
            await other.send_eof()

        tasks.start_soon(talk)
        while (chunk := stream.try_receive(10_000)) != b"":
            if chunk is None:
                await stream.wait_readable()
            else:
                assert len(chunk) <= 10_000
                received += chunk
        assert received == message
        assert stream.state.eof_received
        assert stream.try_receive() == b""
        assert stream.state.bytes_received == 300_000


async def test_it_reads_no_more_than_the_high_water_mark_ahead() -> None:
    async with reading_ahead(1000) as (stream, _, other):
        await other.send(bytes(50_000))
        await anyio.wait_all_tasks_blocked()
        taken = 0
        while (chunk := stream.try_receive()) is not None:
            taken += len(chunk)
        assert taken == 1000
        await stream.wait_readable()
        assert stream.try_receive() == bytes(1000)


async def test_what_was_not_taken_is_received_afterwards() -> None:
    async with reading_ahead() as (stream, ahead, other):
        await other.send(b"0123456789")
        await stream.wait_readable()
        assert stream.try_receive(4) == b"0123"
        ahead.stop()
        await ahead.wait_ended()
        stream.end_reading_ahead()
    assert await stream.receive() == b"456789"


async def test_what_is_given_back_comes_before_what_was_read_ahead() -> None:
    async with reading_ahead() as (stream, ahead, other):
        await other.send(b"0123456789")
        await stream.wait_readable()
        assert stream.try_receive(4) == b"0123"
        await other.send(b"abc")
        await anyio.wait_all_tasks_blocked()
        ahead.stop()
        await ahead.wait_ended()
        stream.end_reading_ahead()
        stream.unread(b"0123")
    assert await stream.receive() == b"0123456789abc"


async def test_errors_of_reading_come_after_the_bytes_before_them() -> None:
    async with reading_ahead(receive_fault=Fault("break", after=3)) as (stream, _, other):
        await other.send(b"abcdef")
        await anyio.wait_all_tasks_blocked()
        assert stream.try_receive() == b"abc"
        await stream.wait_readable()
        for _ in range(2):
            with pytest.raises(ConnectionBroken):
                stream.try_receive()


async def test_what_a_cancelled_read_brings_is_received_afterwards() -> None:
    async with reading_ahead() as (stream, ahead, other):
        await anyio.wait_all_tasks_blocked()
        await other.send(b"in the turn of the end")
        ahead.stop()
        await ahead.wait_ended()
        stream.end_reading_ahead()
    with anyio.fail_after(30):
        assert await stream.receive() == b"in the turn of the end"


async def test_several_may_wait_for_the_same() -> None:
    async with reading_ahead() as (stream, _, other):
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                for _ in range(2):
                    tasks.start_soon(stream.wait_readable)
                await anyio.wait_all_tasks_blocked()
                await other.send(b"x")


async def test_waiting_for_a_closed_stream_is_refused() -> None:
    async with reading_ahead() as (stream, _, _other):
        stream.close()
        with anyio.fail_after(30), pytest.raises(ConnectionClosed):
            await stream.wait_readable()
        await stream.aclose()


async def test_close_wakes_what_waits() -> None:
    async with reading_ahead() as (stream, _, _other):

        async def waiting() -> None:
            with pytest.raises(ConnectionClosed):
                await stream.wait_readable()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(waiting)
            await anyio.wait_all_tasks_blocked()
            stream.close()
        await stream.aclose()


async def test_waiting_yields_when_there_is_something() -> None:
    async with reading_ahead() as (stream, _, other):
        await other.send(b"x")
        await stream.wait_readable()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await stream.wait_readable()
        assert scope.cancelled_caught
        assert stream.try_receive() == b"x"


class SaysItOnce(ByteStream):
    """Gives its chunks, and then ``last``, once; whoever asks again waits for ever."""

    def __init__(self, last: Exception, *chunks: bytes) -> None:
        self._chunks = [*chunks]
        self._last: list[Exception] = [last]

    async def receive(self, max_bytes: int = 65536) -> bytes:
        await anyio.lowlevel.checkpoint()
        if self._chunks:
            return self._chunks.pop(0)
        if self._last:
            raise self._last.pop()
        await anyio.sleep_forever()
        raise AssertionError

    async def send(self, item: bytes) -> None: ...

    async def send_eof(self) -> None: ...

    async def aclose(self) -> None: ...


@pytest.mark.parametrize(
    ("last", "expected"),
    [(anyio.EndOfStream(), ConnectionEnded), (anyio.BrokenResourceError(), ConnectionBroken)],
)
@pytest.mark.parametrize("released", [False, True])
async def test_what_was_read_after_the_bytes_is_not_lost(
    last: Exception, expected: type[Exception], released: bool
) -> None:
    stream = WrappedStream(SaysItOnce(last, b"ahead"))
    async with anyio.create_task_group() as tasks:
        ahead = stream.start_reading_ahead(tasks)
        await ahead.wait_ended()
    stream.end_reading_ahead()
    owner: StreamBase = adopt(stream.release()) if released else stream
    assert await owner.receive(3) == b"ahe"
    assert await owner.receive() == b"ad"
    for _ in range(2):
        with anyio.fail_after(30), pytest.raises(expected):
            await owner.receive()
