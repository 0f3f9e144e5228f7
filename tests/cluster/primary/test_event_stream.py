"""Event streams: bounded, and what was not read is closed when a stream is dropped."""

from __future__ import annotations

import gc
import socket
from functools import partial
from typing import Any

import anyio
import pytest

from anynet.cluster import ClusterEvent, Message, Online
from anynet.cluster.primary.event_stream import MAX_EVENTS, EventStreams
from anynet.cluster.wire.link import MAX_UNREAD
from tests.support import in_thread, open_descriptors

pytestmark = pytest.mark.anyio

WORKER: Any = object()


def message(handle: Any = None) -> Message:
    return Message(WORKER, "a message", handle)


@pytest.fixture
def pair() -> Any:
    """A socket to be sent along, and its peer, which notices when it is closed."""
    handle, peer = socket.socketpair()
    peer.setblocking(False)
    yield handle, peer
    handle.close()
    peer.close()


def is_closed(peer: socket.socket) -> bool:
    try:
        return peer.recv(1) == b""
    except BlockingIOError:
        return False


async def test_what_a_dropped_stream_has_not_read_is_closed() -> None:
    streams = EventStreams()
    stream = streams.new()
    before = open_descriptors()
    ends: list[socket.socket] = []
    for _ in range(3):
        handle, peer = socket.socketpair()
        ends.append(peer)
        assert await streams.put_message(message(handle))
        del handle
    assert open_descriptors() == before + 6
    del stream
    gc.collect()
    assert open_descriptors() == before + 3
    for end in ends:
        end.close()
    assert not await streams.put_message(message())  # It is for the mailbox again.


async def test_a_stream_that_is_dropped_after_the_end_closes_them_too() -> None:
    streams = EventStreams()
    stream = streams.new()
    handle, peer = socket.socketpair()
    await streams.put_message(message(handle))
    streams.end()
    del stream, handle
    gc.collect()
    with peer:
        assert peer.recv(1) == b""


def test_a_stream_that_is_dropped_after_its_loop_closes_them_too(
    anyio_backend: tuple[str, dict[str, Any]], pair: Any
) -> None:
    streams = EventStreams()
    held = [streams.new()]
    name, options = anyio_backend
    put = partial(streams.put_message, message(pair[0]))
    anyio.run(put, backend=name, backend_options=options)
    held.clear()
    gc.collect()
    assert is_closed(pair[1])


async def test_a_stream_that_is_dropped_in_another_thread_is_closed_in_the_loop(
    pair: Any,
) -> None:
    handle, peer = pair
    streams = EventStreams()
    held = [streams.new()]
    await streams.put_message(message(handle))
    await in_thread(held.clear)
    with anyio.fail_after(30):
        await anyio.wait_readable(peer)
    assert is_closed(peer)


async def test_a_handle_belongs_to_whoever_reads_it_first(pair: Any) -> None:
    handle, peer = pair
    streams = EventStreams()
    reader, dropped = streams.new(), streams.new()
    await streams.put_message(message(handle))
    assert (await anext(reader)) == message(handle)
    del dropped
    gc.collect()
    assert not is_closed(peer)


async def test_a_handle_that_several_streams_hold_is_closed_with_the_last(pair: Any) -> None:
    handle, peer = pair
    streams = EventStreams()
    one, two = streams.new(), streams.new()
    await streams.put_message(message(handle))
    one.close()
    assert not is_closed(peer)
    two.close()
    assert is_closed(peer)


async def test_a_message_waits_until_there_is_room() -> None:
    streams = EventStreams()
    stream = streams.new()
    for _ in range(MAX_UNREAD):
        await streams.put_message(message())
    async with anyio.create_task_group() as tasks:
        gone = anyio.Event()

        async def put() -> None:
            assert await streams.put_message(message())
            gone.set()

        tasks.start_soon(put)
        await anyio.wait_all_tasks_blocked()
        assert not gone.is_set()
        streams.put(Online(WORKER))  # What is no message need not wait.
        await anext(stream)
        await anext(stream)
        await gone.wait()


@pytest.mark.parametrize("end", ["drop", "close"])
async def test_a_message_waits_for_no_stream_that_is_not_held(end: str) -> None:
    streams = EventStreams()
    held = [streams.new()]
    for _ in range(MAX_UNREAD):
        await streams.put_message(message())
    results: list[bool] = []
    async with anyio.create_task_group() as tasks:

        async def put() -> None:
            results.append(await streams.put_message(message()))

        tasks.start_soon(put)
        await anyio.wait_all_tasks_blocked()
        if end == "close":
            held[0].close()
        held.clear()
        gc.collect()
    assert results == [False]


async def test_a_message_that_is_cancelled_while_it_waits_is_closed(pair: Any) -> None:
    handle, peer = pair
    streams = EventStreams()
    stream = streams.new()
    for _ in range(MAX_UNREAD):
        await streams.put_message(message())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(streams.put_message, message(handle))
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    assert is_closed(peer)
    assert stream.missed == 0


async def test_of_a_stream_that_nobody_reads_the_oldest_are_dropped(
    pair: Any, caplog: pytest.LogCaptureFixture
) -> None:
    handle, peer = pair
    streams = EventStreams()
    stream = streams.new()
    await streams.put_message(message(handle))
    for _ in range(MAX_EVENTS + 1):
        streams.put(Online(WORKER))
    assert stream.missed == 2
    assert is_closed(peer)
    assert caplog.text.count("drops the oldest events") == 1
    streams.end()
    left: list[ClusterEvent] = [event async for event in stream]
    assert left == [Online(WORKER)] * MAX_EVENTS
