"""One connection on a reactor: the callback face of a byte stream.

The rules that live here:

- A handle reads while it is told to, queues what the kernel does not take at once, and calls its
  owner back, never inside the call that caused it.
- The state of both directions is the stream's (:mod:`half_state`): the handle counts there, and
  notes ends and losses there. It does not end our side with the peer's: its owner does that, once
  what the owner has queued is written.
- The writes that are left at a close fail with ECANCELED before the close is called back for, and
  a connection is closed at the end of the batch of events, as in libuv.
"""

from __future__ import annotations

import errno
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import attrs

from anynet._transport.reactor.reactor import Reactor
from anynet._transport.sockets.buffers import Buffer
from anynet._transport.sockets.system_errors import os_error
from anynet._transport.streams.half_state import HalfState
from anynet._transport.streams.released import Released
from anynet._transport.streams.stream_base import StreamBase

Done: TypeAlias = Callable[["OSError | None"], object]


class HandleOwner(Protocol):
    """What a handle calls back."""

    def on_read(self, data: bytes) -> object: ...

    def on_read_into(self, count: int, buffer: bytearray | memoryview) -> object: ...

    def on_read_end(self) -> object: ...

    def on_read_error(self, error: OSError) -> object: ...


@attrs.define(eq=False)
class QueuedWrite:
    """A write of which the kernel has not taken everything yet."""

    buffers: deque[memoryview]
    done: Done


class Handle(ABC):
    """What the owner of a connection in a runtime works with; see the module.

    It keeps the runtime open, unless it was unref'ed, while it reads; and in any case while a
    write, a shutdown or a close is under way.
    """

    __slots__ = (
        "_active",
        "_queue",
        "_shutdown_done",
        "closing",
        "owner",
        "queue_size",
        "reactor",
        "read_into",
        "reading",
        "refed",
        "state",
        "stream",
    )

    def __init__(
        self,
        reactor: Reactor,
        stream: StreamBase,
        owner: HandleOwner | None,
        *,
        reading: bool = False,
    ) -> None:
        self.reactor: Reactor = reactor
        self.stream: StreamBase = stream
        self.state: HalfState = stream.state
        self.owner: HandleOwner | None = owner
        self.reading: bool = reading
        self.closing: bool = False
        self.refed: bool = True
        #: Where reads go, if not into new bytes: called for a buffer before each of them.
        self.read_into: Callable[[], bytearray | memoryview] | None = None
        #: How many bytes wait for the kernel.
        self.queue_size: int = 0
        self._queue: deque[QueuedWrite] | None = None
        self._shutdown_done: Done | None = None
        self._active = reading
        if reading:
            reactor.add_ref()
        reactor.open_handles.add(self)

    @property
    def bytes_read(self) -> int:
        """How many bytes have been received."""
        return self.state.bytes_received

    @property
    def bytes_written(self) -> int:
        """How many bytes the kernel has taken."""
        return self.state.bytes_sent

    # -- what keeps the runtime open ------------------------------------------------------------

    def ref(self) -> None:
        """Let it keep the runtime open, while it reads."""
        self.refed = True
        self._note_activity()

    def unref(self) -> None:
        """Don't let it keep the runtime open by reading."""
        self.refed = False
        self._note_activity()

    def has_ref(self) -> bool:
        return self.refed

    def _note_activity(self) -> None:
        active = self.reading and self.refed and not self.closing
        if active != self._active:
            self._active = active
            (self.reactor.add_ref if active else self.reactor.release)()

    # -- reading --------------------------------------------------------------------------------

    def read_start(self) -> None:
        """Call the owner with what arrives, from the next turn on."""
        if not self.reading and not self.closing:
            self.reading = True
            if self.refed:
                self._active = True
                self.reactor.add_ref()
            self._start_reading()

    def read_stop(self) -> None:
        """Call the owner with nothing more, beginning now."""
        if self.reading:
            self.reading = False
            if self._active:
                self._active = False
                self.reactor.release()

    @abstractmethod
    def _start_reading(self) -> None: ...

    def _end_reading(self, error: OSError | None) -> None:
        self.read_stop()
        owner = self.owner
        if owner is None:
            return
        if error is None:
            self.state.eof_received = True
            owner.on_read_end()
        else:
            self.state.lose(error.errno)
            owner.on_read_error(error)

    # -- writing --------------------------------------------------------------------------------

    @abstractmethod
    def write(self, data: Buffer, done: Done) -> bool:
        """Send ``data``. True: the kernel has all of it, and ``done`` is not called.

        False: ``done`` is called once it has, or with the error. Raises the :exc:`OSError` of a
        kernel that refuses at once.
        """

    def write_unless_ending(self, data: Buffer, done: Done) -> bool:
        """The same for a handle above, whose owner does not know what the owner of this one does.

        Once the end of our side was asked for, it raises EPIPE, as in Node, though it is yet to go.
        """
        if self._shutdown_done is not None:
            raise os_error(errno.EPIPE)
        return self.write(data, done)

    @abstractmethod
    def write_many(self, buffers: Sequence[Buffer], done: Done) -> bool:
        """The same for many buffers, as one message."""

    def _enqueue(self, buffers: deque[memoryview], done: Done) -> bool:
        if self._queue is None:
            self._queue = deque()
        self._queue.append(QueuedWrite(buffers, done))
        self.queue_size += sum(map(len, buffers))
        self.reactor.add_ref()
        return False

    def _written(self, error: OSError | None) -> None:
        """The first write of the queue is done."""
        assert self._queue is not None
        write = self._queue.popleft()
        self.queue_size -= sum(map(len, write.buffers))
        self.reactor.release()
        self.reactor.call(write.done, error)

    def shutdown(self, done: Done) -> None:
        """End our side once everything queued has been sent."""
        self._shutdown_done = done
        self.reactor.add_ref()
        if not self._queue:
            self.reactor.call_soon(self._shut_down)

    def _shut_down(self) -> None:
        if self._shutdown_done is None or self.closing:
            return
        error = None
        try:
            self.stream.shut_down_sending()
        except OSError as failure:
            error = failure
        self._end_shutdown(error)

    def _end_shutdown(self, error: OSError | None) -> None:
        done, self._shutdown_done = self._shutdown_done, None
        self.reactor.release()
        if done is not None:
            self.reactor.call(done, error)

    # -- the end --------------------------------------------------------------------------------

    def close(self, done: Callable[[], object] | None = None) -> None:
        """Close. ``done`` is called in the close phase, after the writes that are left failed."""
        if self.closing:
            return
        self.closing = True
        reactor = self.reactor
        if self._active:
            self._active = False
            reactor.release()
        self._let_go()
        reactor.close_after_batch(self._close_stream)
        reactor.on_close(self._finish_close, done)

    def reset(self, done: Callable[[], object] | None = None) -> None:
        """Close so that a TCP peer sees a reset."""
        if not self.closing:
            self.state.unclean = True
            self.close(done)

    def close_now(self) -> None:
        """Close without calling back: the runtime ends.

        A message that was to go on is cut, which must not look like a clean end.
        """
        self.closing = True
        self.state.unclean = self.state.unclean or bool(self._queue)
        self._let_go()
        self._close_stream()

    @abstractmethod
    async def release(self, unread: bytes) -> Released:
        """Give the connection away, with the bytes that were read from it and not used.

        Nothing may be queued. It goes through though it is cancelled.
        """

    def _let_go(self) -> None:
        self.reading = False
        self.owner = None
        self.reactor.open_handles.discard(self)

    def _close_stream(self) -> None:
        self.stream.close()

    def _finish_close(self, done: Callable[[], object] | None) -> None:
        while self._queue:
            self._written(os_error(errno.ECANCELED))
        if self._shutdown_done is not None:
            self._end_shutdown(os_error(errno.ECANCELED))
        if done is not None:
            done()
