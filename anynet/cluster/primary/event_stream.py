"""The events of a cluster as async iterators: what was not read is bounded, and never leaks.

Every stream gets every event. A message takes its turn: while a stream has as many unread as it may
have, no more are received from the worker that sent it, as with its mailbox. All other events are
reported where they happen, which cannot wait; of a stream that nobody reads the oldest are dropped
at last, which is logged once, and counted.

A handle that came with a message belongs to whoever reads the event first. Where several streams
hold it, it is closed with the last one that drops it unread. A stream that the program lets go of
is noticed by its being freed, which may happen in any thread: what it had not read is closed in the
one of the event loop, where handles may be closed.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections import deque
from functools import partial

import anyio
import anyio.lowlevel
import attrs

from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet.cluster.primary.events import ClusterEvent, Message
from anynet.cluster.wire.fd_handles import Received, close_handle
from anynet.cluster.wire.link import MAX_UNREAD

_log = logging.getLogger("anynet")

#: How many events of any kind a stream keeps; from :data:`MAX_UNREAD` on messages wait.
MAX_EVENTS = 4 * MAX_UNREAD


@attrs.define(eq=False)
class _SharedHandle:
    """A handle in the queues of one or several streams."""

    handle: Received | None
    holders: int
    #: Somebody has read it, whose it is.
    taken: bool = False

    def drop(self) -> None:
        """One of the streams will not read it any more."""
        self.holders -= 1
        if not (self.holders or self.taken):
            close_handle(self.handle)


class _Queue:
    """What one stream has not read."""

    def __init__(self) -> None:
        self._events: deque[tuple[ClusterEvent, _SharedHandle | None]] = deque()
        self.ended: bool = False
        self.changed: anyio.Event = anyio.Event()
        self.missed: int = 0

    def __len__(self) -> int:
        return len(self._events)

    @property
    def full(self) -> bool:
        """Whether a message has to wait."""
        return len(self._events) >= MAX_UNREAD and not self.ended

    def put(self, event: ClusterEvent, handle: _SharedHandle | None) -> None:
        if self.ended:
            return
        if len(self._events) >= MAX_EVENTS:
            if not self.missed:
                _log.warning("an event stream of a cluster is not read: it drops the oldest events")
            self.missed += 1
            self._drop_first()
        self._events.append((event, handle))
        self.note_change()

    def take(self) -> ClusterEvent:
        event, handle = self._events.popleft()
        if handle is not None:
            handle.holders -= 1
            handle.taken = True
        self.note_change()
        return event

    def _drop_first(self) -> None:
        _, handle = self._events.popleft()
        if handle is not None:
            handle.drop()

    def note_change(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()

    def close(self) -> None:
        self.ended = True
        while self._events:
            self._drop_first()
        self.note_change()


class EventStream:
    """The events from its making on: ``async for event in cluster.events()``.

    It ends when the cluster has ended. While 1024 events have not been read, workers that send
    messages wait; of 4096 the oldest is dropped, and :attr:`missed` counts it.
    """

    def __init__(self, queue: _Queue) -> None:
        self._queue = queue

    @property
    def missed(self) -> int:
        """How many events were dropped since nobody read them."""
        return self._queue.missed

    def __aiter__(self) -> EventStream:
        return self

    async def __anext__(self) -> ClusterEvent:
        await anyio.lowlevel.checkpoint()
        queue = self._queue
        while not len(queue):
            if queue.ended:
                raise StopAsyncIteration
            await queue.changed.wait()
        return queue.take()

    def close(self) -> None:
        """Drop what was not read, and close the handles among it."""
        self._queue.close()


class EventStreams:
    """The streams that are still held by a program: each gets every event."""

    def __init__(self) -> None:
        self._queues: list[_Queue] = []
        #: Known from the first event on.
        self._host: HostLoop | None = None
        self._thread: int | None = None

    def new(self) -> EventStream:
        """One more stream."""
        queue = _Queue()
        stream = EventStream(queue)
        self._queues.append(queue)
        weakref.finalize(stream, self._freed, queue).atexit = False
        return stream

    def put(self, event: ClusterEvent) -> None:
        """Give the event to each."""
        self._note_loop()
        for queue in self._queues:
            queue.put(event, None)

    async def put_message(self, event: Message) -> bool:
        """Give a message to each, once each has room; False if there are none, and it stays.

        Closes its handle when cancelled.
        """
        self._note_loop()
        try:
            while full := [each for each in self._queues if each.full]:
                await full[0].changed.wait()
        except BaseException:
            close_handle(event.handle)
            raise
        queues = [each for each in self._queues if not each.ended]
        if not queues:
            return False
        handle = None if event.handle is None else _SharedHandle(event.handle, len(queues))
        for queue in queues:
            queue.put(event, handle)
        return True

    def end(self) -> None:
        """There will be no more events."""
        for queue in self._queues:
            queue.ended = True
            queue.note_change()

    def _note_loop(self) -> None:
        if self._host is None:
            self._host = current_host_loop()
            self._thread = threading.get_ident()

    def _freed(self, queue: _Queue) -> None:
        """A stream is not held any more."""
        remove = partial(self._remove, queue)
        elsewhere = self._host is not None and self._thread != threading.get_ident()
        if not (elsewhere and self._host is not None and self._host.call_from_thread(remove)):
            remove()

    def _remove(self, queue: _Queue) -> None:
        self._queues.remove(queue)
        queue.close()
