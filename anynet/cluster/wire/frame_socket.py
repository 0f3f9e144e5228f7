"""A socket that speaks frames: a queue of those to send, and those that came; it never waits.

Rules that live here, for everybody who sends frames:

- A frame goes as a whole, and frames in the order they were put. What waits in the queue may be
  withdrawn; what has begun may not, since the other end would take the next frame for its rest.
- The descriptors of a frame go with its first byte, once, and are reported to have gone when
  the last byte has.
- A handle is made ready only when its message is the first in the queue: until then it stays as it
  was, and its sender may think better of it.
- What the kernel takes at once has gone when :meth:`FrameSocket.flush` returns, so that a process
  may end right after it.
"""

from __future__ import annotations

import errno
import socket
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeAlias

import anyio
import attrs

from anynet._rules.values.errors import DescriptorsTruncated
from anynet._transport.sockets.closing import close_socket
from anynet._transport.sockets.fd_passing import (
    MAX_DESCRIPTORS,
    receive_with_descriptors,
    send_with_descriptors,
)
from anynet.cluster.wire.frames import ChannelError, Frame, FrameReader, encode_frame

_CHUNK = 65536
#: The other end is closed.
_GONE = frozenset({errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN})

#: Called once, with None when the frame has gone, or with why it never will.
Finished: TypeAlias = Callable[[Exception | None], object]


def is_gone(error: Exception) -> bool:
    """Whether a message was not sent because nobody is at the other end any more."""
    if isinstance(error, OSError):
        return error.errno in _GONE
    return isinstance(error, anyio.BrokenResourceError)


@attrs.define(eq=False)
class OutgoingMessage:
    """A frame to be sent, and who is to hear of it."""

    #: Makes the frame when its turn has come; what it raises is the error of this message alone.
    prepare: Callable[[], Frame]
    finished: Finished
    #: What is left of it, and the descriptors, once it is ready.
    data: memoryview | None = None
    fds: tuple[int, ...] = ()
    #: Whether some of it has gone, or its handle has been made ready to.
    begun: bool = False
    some_gone: bool = False

    @classmethod
    def of_frame(cls, frame: Frame, finished: Finished) -> OutgoingMessage:
        """A frame that is ready. Raises :exc:`TypeError` or :exc:`ValueError` as encoding does."""
        outgoing = cls(lambda: frame, finished)
        outgoing.make_ready()
        return outgoing

    def make_ready(self) -> memoryview:
        """Encode the frame."""
        frame = self.prepare()
        self.data = memoryview(encode_frame(frame))
        self.fds = frame.fds
        return self.data


class FrameSocket:
    """One end of a Unix socket pair, which it owns."""

    __slots__ = ("_queue", "_reader", "_sock", "closed", "queue_size")

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._reader = FrameReader()
        self._queue: deque[OutgoingMessage] = deque()
        #: How many bytes wait to be sent, of the messages that are ready.
        self.queue_size: int = 0
        self.closed: bool = False

    def fileno(self) -> int:
        """The descriptor."""
        return self._sock.fileno()

    @property
    def waiting(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._queue)

    def put(self, outgoing: OutgoingMessage) -> None:
        """Queue a message; :meth:`flush` sends it."""
        self._queue.append(outgoing)
        self.queue_size += len(outgoing.data or b"")

    def withdraw(self, outgoing: OutgoingMessage) -> None:
        """Don't send a message after all, unless it has begun to go or has gone."""
        if outgoing in self._queue and not outgoing.begun:
            self._queue.remove(outgoing)
            self.queue_size -= len(outgoing.data or b"")

    def flush(self) -> bool:
        """Send what the kernel takes now; returns whether that was all.

        Raises the :exc:`OSError` of the system when no more can be sent.
        """
        while self._queue:
            first = self._queue[0]
            try:
                data = self._data_of(first)
            except Exception as error:  # The fault of this message: nothing of it has gone.
                self._done(error)
                continue
            try:
                sent = send_with_descriptors(self._sock, data, first.fds)
            except BlockingIOError:
                return False
            except (OSError, ValueError) as error:
                if first.some_gone or (isinstance(error, OSError) and error.errno in _GONE):
                    raise
                # Of this message alone: a descriptor that is not open any more, or too many that
                # are under way already (ETOOMANYREFS: as many as this process may have open).
                self._done(error)
                continue
            first.begun = first.some_gone = True
            first.fds = ()
            first.data = data[sent:]
            self.queue_size -= sent
            if not first.data:
                self._done(None)
        return True

    def _data_of(self, outgoing: OutgoingMessage) -> memoryview:
        if outgoing.data is not None:
            return outgoing.data
        data = outgoing.make_ready()
        outgoing.begun = True  # A handle has left its object: no more withdrawing.
        self.queue_size += len(data)
        return data

    def _done(self, error: Exception | None) -> None:
        outgoing = self._queue.popleft()
        self.queue_size -= len(outgoing.data or b"")
        outgoing.finished(error)

    def fail_all(self, error: Exception) -> None:
        """Nothing more is sent: what waits ends with ``error``."""
        while self._queue:
            self._done(error)

    def receive(self) -> Iterator[Frame]:
        """The frames that come with one reading; their descriptors belong to the caller.

        Raises :exc:`BlockingIOError` when there is nothing, :exc:`EOFError` at the end, and
        :exc:`ChannelError` for nonsense, here or while iterating.
        """
        try:
            data, fds = receive_with_descriptors(self._sock, _CHUNK, MAX_DESCRIPTORS)
        except BlockingIOError:
            raise
        except OSError as error:  # ECONNRESET: it was closed with something unread.
            raise EOFError from error
        except DescriptorsTruncated as error:
            # The bytes they came with are lost too: the stream cannot be continued.
            raise ChannelError(str(error)) from error
        if not data:
            if not self._reader.empty:
                raise ChannelError("the other end was closed in the middle of a frame")
            raise EOFError
        return self._reader.feed(data, fds)

    def close(self, error: Exception) -> None:
        """Close it at once; what was not sent ends with ``error``. Idempotent."""
        if not self.closed:
            self.closed = True
            self.fail_all(error)
            self._reader.close()
            close_socket(self._sock)
