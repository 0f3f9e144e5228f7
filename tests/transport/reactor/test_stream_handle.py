"""The callback face of streams that have no descriptor of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from anynet._transport.reactor.reactor import Reactor
from anynet._transport.reactor.stream_handle import StreamHandle
from anynet._transport.streams.adopt import adopt
from anynet._transport.streams.wrapped_stream import WrappedStream
from anynet.testing import FaultyStream, MemoryStream, memory_stream_pair
from tests.testing.pairs import pattern_of, wrap_tls
from tests.transport.reactors import Recorder, reactor_running

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def pumped(
    **faults: Any,
) -> AsyncIterator[tuple[Reactor, Recorder, MemoryStream]]:
    one, other = memory_stream_pair()
    async with reactor_running() as reactor:
        owner = Recorder()
        owner.handle = StreamHandle(reactor, WrappedStream(FaultyStream(one, **faults)), owner)
        owner.handle.read_start()
        yield reactor, owner, other


async def receive_exactly(stream: MemoryStream, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        received += await stream.receive()
    return bytes(received)


async def test_bytes_both_ways_and_the_ends() -> None:
    there, back = pattern_of(300_000, 1), pattern_of(300_000, 2)
    async with pumped() as (_, owner, other):
        assert not owner.handle.write(there[:100_000], lambda error: owner.note(("first", error)))
        rest = [there[100_000:100_001], b"", there[100_001:]]
        assert not owner.handle.write_many(rest, lambda error: owner.note(("rest", error)))
        owner.handle.shutdown(lambda error: owner.note(("ended", error)))
        assert owner.events == []
        assert await receive_exactly(other, len(there)) == there
        with pytest.raises(anyio.EndOfStream):
            await other.receive()
        await other.send(back)
        await other.aclose()
        await owner.heard("end")
        assert bytes(owner.data) == back
        marks = [event for event in owner.events if event != "data"]
        assert marks == [("first", None), ("rest", None), ("ended", None), "end"]
        assert owner.handle.bytes_written == len(there)
        assert owner.handle.bytes_read == len(back)
        owner.handle.close(lambda: owner.note("closed"))
        await owner.heard("closed")


async def test_a_paused_reader_takes_nothing() -> None:
    async with pumped() as (_, owner, other):
        owner.on_data = lambda _: owner.handle.read_stop()
        await other.send(b"one")
        await owner.heard("data")
        await other.send(b"two")
        assert bytes(owner.data) == b"one"
        owner.handle.read_start()
        assert bytes(owner.data) == b"one"
        await owner.until(lambda: bytes(owner.data) == b"onetwo")
        owner.handle.close()


async def test_reading_into_a_buffer() -> None:
    async with pumped() as (_, owner, other):
        buffer = bytearray(4)
        owner.handle.read_into = lambda: buffer
        await other.send(b"0123456789")
        await owner.until(lambda: len(owner.data) == 10)
        assert bytes(owner.data) == b"0123456789"
        assert owner.events == ["data", "data", "data"]
        owner.handle.close()


async def test_closing_fails_what_is_queued() -> None:
    async with pumped() as (_, owner, _other):
        owner.handle.write(bytes(10_000_000), lambda error: owner.note(error and error.errno))
        owner.handle.shutdown(lambda error: owner.note(error and error.errno))
        owner.handle.close(lambda: owner.note("closed"))
        await owner.heard("closed")
        assert len(owner.events) == 3
        assert None not in owner.events


async def test_the_end_of_the_runtime_closes_the_stream() -> None:
    async with pumped() as (reactor, owner, other):
        reactor.end()
        del owner
    with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
        await other.receive()


async def test_tls() -> None:
    client, server = await wrap_tls(*memory_stream_pair(), standard_compatible=True)
    async with reactor_running() as reactor:
        owner = Recorder()
        owner.handle = StreamHandle(reactor, WrappedStream(server), owner)
        owner.handle.read_start()
        await client.send(b"secret")
        await owner.heard("data")
        owner.handle.write(b"answer", lambda error: owner.note(("written", error)))
        await owner.heard(("written", None))
        assert await client.receive() == b"answer"
        owner.handle.close(lambda: owner.note("closed"))
        with pytest.raises(anyio.EndOfStream):
            await client.receive()
        await client.aclose()
        await owner.heard("closed")


async def test_a_stream_that_breaks() -> None:
    async with pumped() as (_, owner, other):
        await other.aclose()
        await owner.heard("end")
        owner.handle.write(b"too late", lambda error: owner.note(type(error)))
        await owner.heard(OSError)
        owner.handle.close()


async def test_ending_a_stream_that_cannot_end_one_side_alone() -> None:
    """TLS ends as a whole: the peer sees the end, and so do we, after what has come."""
    client, server = await wrap_tls(*memory_stream_pair(), standard_compatible=True)
    async with reactor_running() as reactor:
        owner = Recorder()
        owner.handle = StreamHandle(reactor, WrappedStream(server), owner)
        await client.send(b"received before")
        owner.handle.write(b"the last", owner.note)
        owner.handle.shutdown(lambda error: owner.note(("ended", error)))
        assert await client.receive() == b"the last"
        with pytest.raises(anyio.EndOfStream):
            await client.receive()
        await client.aclose()
        await owner.heard(("ended", None))
        owner.handle.read_start()
        await owner.heard("end")
        assert bytes(owner.data) == b"received before"
        owner.handle.close(lambda: owner.note("closed"))
        await owner.heard("closed")


async def test_what_is_queued_and_what_has_gone_are_all_that_was_written() -> None:
    """A part of a write that has gone does not count twice."""
    size = 300_000
    async with pumped() as (_, owner, other):
        handle = owner.handle
        sums = []
        handle.write(bytes(size), owner.note)
        received = 0
        while received < size:
            received += len(await other.receive())
            sums.append(handle.bytes_written + handle.queue_size)
        await owner.heard(None)
        assert set(sums) == {size}
        assert (handle.bytes_written, handle.queue_size) == (size, 0)
        handle.close()


async def test_a_release_gives_what_is_unread_and_what_was_read_ahead_in_order() -> None:
    async with pumped() as (_, owner, other):
        owner.on_data = lambda _: owner.handle.read_stop()
        await other.send(b"unread, ")
        await owner.heard("data")
        await other.send(b"read ahead")
        await anyio.wait_all_tasks_blocked()
        stream = adopt(await owner.handle.release(bytes(owner.data)))
        assert stream.state.bytes_received == 0
        received = b""
        while len(received) < len(b"unread, read ahead"):
            received += await stream.receive()
        assert received == b"unread, read ahead"
        assert stream.state.bytes_received == len(received)
        await stream.send(b"answer")
        assert await other.receive() == b"answer"
        await stream.aclose()
