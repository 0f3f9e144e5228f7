"""The events of a cluster as an async iterator."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable

import anyio
import anyio.lowlevel

from anynet.cluster.primary.events import ClusterEvent, Message
from anynet.cluster.wire.fd_handles import close_handle


class EventStream:
    """The events from its making on: ``async for event in cluster.events()``.

    It ends when the cluster has ended.
    """

    def __init__(self) -> None:
        self._events: deque[ClusterEvent] = deque()
        self._more = anyio.Event()
        self._ended = False

    def put(self, event: ClusterEvent) -> None:
        """Keep an event."""
        self._events.append(event)
        self._more.set()

    def end(self) -> None:
        """No more will come."""
        self._ended = True
        self._more.set()

    def __aiter__(self) -> EventStream:
        return self

    async def __anext__(self) -> ClusterEvent:
        await anyio.lowlevel.checkpoint()
        while not self._events:
            if self._ended:
                raise StopAsyncIteration
            self._more = anyio.Event()
            await self._more.wait()
        return self._events.popleft()

    def close(self) -> None:
        """Drop what was not read, and close the handles among it."""
        self.end()
        while self._events:
            event = self._events.popleft()
            if isinstance(event, Message):
                close_handle(event.handle)


class EventStreams:
    """The streams that are still held by a program: each gets every event."""

    def __init__(self, on_none_left: Callable[[], object]) -> None:
        self._streams: weakref.WeakSet[EventStream] = weakref.WeakSet()
        self._on_none_left = on_none_left

    def new(self) -> EventStream:
        """One more stream."""
        stream = EventStream()
        weakref.finalize(stream, self._dropped).atexit = False
        self._streams.add(stream)
        return stream

    def put(self, event: ClusterEvent) -> None:
        """Give the event to each."""
        for stream in self._streams:
            stream.put(event)

    def end(self) -> None:
        """There will be no more events."""
        for stream in self._streams:
            stream.end()

    def _dropped(self) -> None:
        if not list(self._streams):
            self._on_none_left()
