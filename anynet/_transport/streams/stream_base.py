"""The non-blocking door: what a byte stream offers to those that must not wait."""

from __future__ import annotations

import enum
import itertools
from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import NoReturn, Protocol, TypeAlias

import anyio
from anyio.abc import ByteStream

from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import (
    ConnectionBroken,
    ConnectionClosed,
    ConnectionEnded,
    IdleTimeout,
)
from anynet._transport.loops.host_loop import HostLoop
from anynet._transport.sockets.buffers import Buffer

#: Makes what a receive raises at the end of the stream, from the number of the connection.
EndError: TypeAlias = Callable[[int], Exception]

_serial_numbers = itertools.count(1)


class Guard(enum.Enum):
    """Why a direction of a stream takes no operation now; None stands for free."""

    BUSY = "another task is in an operation"
    EVENTS = "the events() of the stream are being consumed"
    ENDED = "this side has been ended"
    PEER_ENDED = "the peer has ended, and half-open connections are not allowed"
    BROKEN = "an earlier send was cut off"
    CLOSED = "closed"


class HasFileno(Protocol):
    """A file, a socket: anything with a descriptor."""

    def fileno(self) -> int: ...


class StreamObserver(Protocol):
    """Whom a stream tells what happens beside its operations."""

    def stream_closed(self) -> None: ...

    def stream_drained(self) -> None: ...


class StreamBase(ByteStream):
    """An AnyIO byte stream that can also be used without waiting.

    The ``try_…`` methods never wait and check no guard: they are for the one who holds the guard of
    that direction. All state is kept as plain attributes, for the fast paths of the faces above.
    """

    __slots__ = (
        "allow_half_open",
        "bytes_received",
        "bytes_sent",
        "closed",
        "eof_received",
        "eof_sent",
        "expired_after",
        "failed",
        "host",
        "last_activity",
        "lost_by",
        "mid_message",
        "observer",
        "origin",
        "receive_guard",
        "send_guard",
        "send_waits",
        "track_activity",
    )

    def __init__(self, host: HostLoop) -> None:
        self.host: HostLoop = host
        #: The serial number of the connection, in all errors that it raises.
        self.origin: int = next(_serial_numbers)
        self.bytes_received: int = 0
        self.bytes_sent: int = 0
        self.eof_received: bool = False
        self.eof_sent: bool = False
        self.closed: bool = False
        #: Was the connection lost (by a reset, say)?
        self.failed: bool = False
        #: By which error, if the peer may not have ended before. The kernel tells it only once.
        self.lost_by: int | None = None
        self.allow_half_open: bool = True
        self.receive_guard: Guard | None = None
        self.send_guard: Guard | None = None
        #: Has a part of a message been sent, and the rest not (yet)?
        self.mid_message: bool = False
        #: How many sends had to wait for the peer.
        self.send_waits: int = 0
        self.observer: StreamObserver | None = None
        #: While True, every activity stamps ``last_activity`` with the loop's time.
        self.track_activity: bool = False
        self.last_activity: float = 0.0
        #: The idle timeout that closed the stream, in seconds.
        self.expired_after: float | None = None

    @abstractmethod
    async def receive(self, max_bytes: int = 65536, at_end: EndError = ConnectionEnded) -> bytes:
        """Receive between 1 and ``max_bytes`` bytes; raises ``at_end`` where there are no more.

        Iterating raises :exc:`StopAsyncIteration` by it, without a coroutine around this one.
        """

    @abstractmethod
    def try_receive(self, max_bytes: int = 65536) -> bytes | None:
        """Bytes that are there, ``b""`` at the end of the stream, or None when one has to wait."""

    @abstractmethod
    def try_send(self, data: Buffer) -> int:
        """How many of the bytes were taken; 0 when one has to wait."""

    @abstractmethod
    async def wait_readable(self) -> None:
        """Wait until :meth:`try_receive` may have something. Cancelling it loses nothing."""

    @abstractmethod
    async def wait_writable(self) -> None:
        """Wait until :meth:`try_send` may take something. Cancelling it loses nothing."""

    @abstractmethod
    async def receive_into(self, buffer: bytearray | memoryview) -> int:
        """Receive into ``buffer`` and return how many bytes."""

    @abstractmethod
    async def send(self, item: Buffer) -> None:
        """Send all of ``item``."""

    @abstractmethod
    async def send_many(self, buffers: Iterable[Buffer]) -> None:
        """Send all the buffers as one message."""

    @abstractmethod
    async def send_file(self, file: HasFileno, offset: int, count: int) -> None:
        """Send ``count`` bytes of a regular file from ``offset`` on, as one message."""

    @abstractmethod
    def shut_down_sending(self) -> None:
        """End this side without waiting."""

    @abstractmethod
    def close(self) -> None:
        """Close without waiting. Everybody who waits gets the closed error."""

    @abstractmethod
    def abort(self) -> None:
        """Close without waiting so that the peer sees a failure rather than a clean end."""

    @abstractmethod
    async def linger(self) -> None:
        """End our side and discard what the peer sends until it ends too; then close.

        Everybody who waits gets the closed error at once. A message that was cut off is not ended.
        """

    @abstractmethod
    def hand_over(self) -> StreamBase:
        """A new stream over the same connection, for another owner; this one is closed by that.

        Raises :exc:`anyio.BusyResourceError` while an operation is under way that it cannot wake,
        and the closed error if this one is closed already.
        """

    def adopt_state(self, other: StreamBase) -> None:
        """Go on where ``other`` has stopped, over the same connection."""
        self.origin = other.origin
        self.bytes_received = other.bytes_received
        self.bytes_sent = other.bytes_sent
        self.eof_received = other.eof_received
        self.eof_sent = other.eof_sent
        self.allow_half_open = other.allow_half_open
        self.failed = other.failed
        self.lost_by = other.lost_by
        self.mid_message = other.mid_message
        self.send_waits = other.send_waits
        if self.mid_message:
            self.send_guard = Guard.BROKEN
        elif self.eof_sent:
            self.send_guard = Guard.ENDED

    def retire(self) -> None:
        """Refuse every operation from now on, though the stream is not closed yet."""
        self.receive_guard = self.send_guard = Guard.CLOSED

    @property
    @abstractmethod
    def local_address(self) -> Address | None:
        """The address of this end, if it has one."""

    @property
    @abstractmethod
    def remote_address(self) -> Address | None:
        """The address of the peer, if it has one."""

    def refuse_receive(self) -> NoReturn:
        """Raise what ``receive_guard`` stands for."""
        if self.receive_guard is Guard.CLOSED:
            raise self.closed_error()
        raise anyio.BusyResourceError("receiving from")

    def refuse_send(self) -> NoReturn:
        """Raise what ``send_guard`` stands for."""
        guard = self.send_guard
        if guard is Guard.BUSY:
            raise anyio.BusyResourceError("sending to")
        if guard is Guard.BROKEN:
            raise ConnectionBroken(
                self.origin,
                f"an earlier send was cut off; {self.bytes_sent} bytes were sent in all",
            )
        if guard is Guard.PEER_ENDED:
            raise ConnectionBroken(self.origin, "the peer has ended the connection")
        raise self.closed_error()

    def closed_error(self) -> Exception:
        """The error of an operation on this stream after, or while, it was closed."""
        if self.expired_after is not None:
            return IdleTimeout(self.origin, self.expired_after)
        return ConnectionClosed(self.origin)

    def expire(self, seconds: float) -> None:
        """Close because of an idle timeout of ``seconds``; operations raise :exc:`IdleTimeout`."""
        if not self.closed:
            self.expired_after = seconds
            self.close()

    def claim_receiving(self, guard: Guard) -> None:
        """Take the receiving direction, or raise why not."""
        if self.receive_guard is not None:
            self.refuse_receive()
        self.receive_guard = guard

    def claim_sending(self) -> None:
        """Take the sending direction, or raise why not."""
        if self.send_guard is not None:
            self.refuse_send()
        self.send_guard = Guard.BUSY

    def release_receiving(self) -> None:
        """Give the receiving direction back, unless the stream was closed meanwhile."""
        if self.receive_guard is not Guard.CLOSED:
            self.receive_guard = None

    def release_sending(self) -> None:
        """Give the sending direction back, unless nothing more can be sent for good."""
        if self.send_guard is not Guard.BUSY:
            return
        if self.mid_message:
            self.send_guard = Guard.BROKEN
        elif self.eof_sent:
            self.send_guard = Guard.ENDED
        else:
            self.send_guard = None
            self._end_with_peer()

    def mark_closed(self) -> None:
        """From now on every operation is refused. Called once, by the first close."""
        self.closed = True
        self.receive_guard = self.send_guard = Guard.CLOSED

    def tell_closed(self) -> None:
        """Tell the observer, and let it go, after everything else was let go."""
        observer, self.observer = self.observer, None
        if observer is not None:
            observer.stream_closed()

    def note_drain(self) -> None:
        """A send that had to wait went through."""
        if self.observer is not None:
            self.observer.stream_drained()

    def start_tracking(self) -> None:
        """Note the times of activities from now on."""
        self.track_activity = True
        self.last_activity = self.host.time()

    def latest_activity(self) -> float:
        """When something was last sent or received."""
        return self.last_activity

    def stamp(self) -> None:
        """Note the time of an activity, if somebody wants to know."""
        if self.track_activity:
            self.last_activity = self.host.time()

    def note_end(self) -> None:
        """The peer's end-of-stream has been received."""
        self.eof_received = True
        self._end_with_peer()

    def _end_with_peer(self) -> None:
        """End our side if the peer has, where that is wanted; after a send that is under way."""
        if self.eof_received and not self.allow_half_open and self.send_guard is None:
            self.shut_down_sending()
            self.send_guard = Guard.PEER_ENDED
