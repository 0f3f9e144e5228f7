"""The pump: two tasks between a foreign stream and who must not wait."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed
from anynet._transport.streams.read_ahead import ReadAhead
from anynet._transport.streams.wrapped_stream import WrappedStream
from anynet.testing import Fault, FaultyStream, MemoryStream, memory_stream_pair
from tests.testing.pairs import pattern_of

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def pumping(
    high_water_mark: int = 65536, **faults: Any
) -> AsyncIterator[tuple[WrappedStream, ReadAhead, MemoryStream]]:
    one, other = memory_stream_pair()
    stream = WrappedStream(FaultyStream(one, **faults))
    stream.pump = pump = ReadAhead(stream, high_water_mark)
    async with anyio.create_task_group() as tasks:
        pump.start(tasks)
        yield stream, pump, other
        pump.wake()


async def test_bytes_pass_both_ways() -> None:
    there, back = pattern_of(300_000, 1), pattern_of(300_000, 2)
    received, answered = bytearray(), bytearray()
    async with pumping() as (stream, pump, other):

        async def answer() -> None:
            while len(received) < len(there):
                received.extend(await other.receive())
            await other.send(back)
            await other.send_eof()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(answer)
            rest = there
            while rest:
                rest = rest[stream.try_send(rest) :]
                await stream.wait_writable()
            await pump.finish()
            assert not pump.unsent
            while (chunk := stream.try_receive(10_000)) != b"":
                if chunk is None:
                    await stream.wait_readable()
                else:
                    assert len(chunk) <= 10_000
                    answered += chunk
        assert received == there
        assert answered == back
        assert stream.eof_received
        assert stream.try_receive() == b""
        assert (stream.bytes_sent, stream.bytes_received) == (300_000, 300_000)


async def test_it_reads_no_more_than_the_high_water_mark_ahead() -> None:
    async with pumping(1000) as (stream, _, other):
        await other.send(bytes(50_000))
        await anyio.wait_all_tasks_blocked()
        taken = 0
        while (chunk := stream.try_receive()) is not None:
            taken += len(chunk)
        assert taken == 1000
        await stream.wait_readable()
        assert stream.try_receive() == bytes(1000)


async def test_it_takes_no_more_than_the_high_water_mark() -> None:
    async with pumping(1000, send_fault=Fault("stall")) as (stream, pump, _):
        assert stream.try_send(bytes(600)) == 600
        assert stream.try_send(bytes(600)) == 400
        assert stream.try_send(b"x") == 0
        assert pump.unsent
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(stream.wait_writable)
                await anyio.wait_all_tasks_blocked()
                scope.cancel()
        assert scope.cancelled_caught


async def test_what_nobody_took_is_given_back() -> None:
    async with pumping() as (stream, pump, other):
        await other.send(b"0123456789")
        await stream.wait_readable()
        assert stream.try_receive(4) == b"0123"
        pump.wake()
        await pump.wait_ended()
        pump.give_back()
    assert await stream.receive() == b"456789"


async def test_errors_of_reading_come_after_the_bytes_before_them() -> None:
    async with pumping(receive_fault=Fault("break", after=3)) as (stream, _, other):
        await other.send(b"abcdef")
        await anyio.wait_all_tasks_blocked()
        assert stream.try_receive() == b"abc"
        await stream.wait_readable()
        for _ in range(2):
            with pytest.raises(ConnectionBroken):
                stream.try_receive()


async def test_errors_of_sending_meet_the_next_send() -> None:
    async with pumping(send_fault=Fault("break", after=3)) as (stream, pump, _):
        assert stream.try_send(b"abcdef") == 6
        with pytest.raises(ConnectionBroken):
            await pump.finish()
        await stream.wait_writable()
        with pytest.raises(ConnectionBroken):
            stream.try_send(b"more")


async def test_what_a_cancelled_read_brings_is_given_back() -> None:
    async with pumping() as (stream, pump, other):
        await anyio.wait_all_tasks_blocked()
        await other.send(b"in the turn of the end")
        pump.wake()
        await pump.wait_ended()
        pump.give_back()
    with anyio.fail_after(5):
        assert await stream.receive() == b"in the turn of the end"


async def test_finish_ends_with_the_pump() -> None:
    async with pumping(send_fault=Fault("stall")) as (stream, pump, _):
        assert stream.try_send(b"stuck") == 5
        await anyio.wait_all_tasks_blocked()
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(pump.finish)
                await anyio.wait_all_tasks_blocked()
                stream.close()
            await pump.finish()
        assert pump.unsent
        await stream.aclose()


async def test_several_may_wait_for_the_same() -> None:
    size = 100_000  # more than is under way before a send waits
    async with pumping(size) as (stream, pump, other):
        assert stream.try_send(bytes(size)) == size
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                for wait in (pump.finish, stream.wait_writable, stream.wait_writable):
                    tasks.start_soon(wait)
                for _ in range(2):
                    tasks.start_soon(stream.wait_readable)
                await anyio.wait_all_tasks_blocked()
                received = 0
                while received < size:
                    received += len(await other.receive())
                await other.send(b"x")


@pytest.mark.parametrize("wait", ["wait_readable", "wait_writable"])
async def test_waiting_for_a_closed_stream_is_refused(wait: str) -> None:
    async with pumping(10, send_fault=Fault("stall")) as (stream, _, _other):
        assert stream.try_send(bytes(10)) == 10
        stream.close()
        with anyio.fail_after(5), pytest.raises(ConnectionClosed):
            await getattr(stream, wait)()
        await stream.aclose()


@pytest.mark.parametrize("wait", ["wait_readable", "wait_writable"])
async def test_close_wakes_who_waits(wait: str) -> None:
    async with pumping(10, send_fault=Fault("stall")) as (stream, _, _other):
        assert stream.try_send(bytes(20)) == 10

        async def waiting() -> None:
            with pytest.raises(ConnectionClosed):
                await getattr(stream, wait)()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(waiting)
            await anyio.wait_all_tasks_blocked()
            stream.close()
        await stream.aclose()


async def test_waits_yield_when_there_is_something() -> None:
    async with pumping() as (stream, _, other):
        await other.send(b"x")
        await stream.wait_readable()
        for wait in (stream.wait_readable, stream.wait_writable):
            with anyio.CancelScope() as scope:
                scope.cancel()
                await wait()
            assert scope.cancelled_caught
        assert stream.try_receive() == b"x"
