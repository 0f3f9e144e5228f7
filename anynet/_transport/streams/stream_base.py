"""The contract of our byte streams: what each offers to those that wait and to those that must not.

A stream has the state of its two directions (:mod:`half_state`) and does the I/O. The ``try_…``
methods never wait and claim nothing: they are for the one who holds that direction.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol, TypeAlias

from anyio.abc import AnyByteStream, ByteStream

from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import ConnectionEnded, ConnectionExpired
from anynet._rules.values.origins import Origin
from anynet._transport.loops.host_loop import HostLoop
from anynet._transport.loops.wait_timer import WaitTimer
from anynet._transport.sockets.buffers import Buffer
from anynet._transport.sockets.fd_passing import HasFileno
from anynet._transport.streams.half_state import HalfState, Receiving
from anynet._transport.streams.released import Released

#: Makes what a receive raises at the end of the stream, from the mark of the connection.
EndError: TypeAlias = Callable[[Origin], Exception]


class StreamObserver(Protocol):
    """What a stream notifies of things that happen beside its operations."""

    def stream_closed(self) -> None: ...

    def stream_drained(self) -> None: ...


class StreamBase(ByteStream):
    """An AnyIO byte stream that can also be used without waiting.

    No ``__slots__``: AnyIO's classes have none, so that an instance has a dict in any case. No
    constructor: those of the two classes set all of this, one call fewer for each connection.
    """

    host: HostLoop
    state: HalfState
    observer: StreamObserver | None = None
    #: Called once this side has closed it or given it away, before its descriptor goes: for who has
    #: registered that elsewhere.
    on_let_go: Callable[[Any], object] | None = None
    #: While True, every activity stamps the loop's time.
    track_activity: bool
    last_received: float = 0.0
    last_sent: float = 0.0
    #: What times the waits of operations, where that has a limit.
    receive_timer: WaitTimer | None
    send_timer: WaitTimer | None = None

    @property
    def closed(self) -> bool:
        """Whether this side has closed it."""
        return self.state.closed

    @property
    def origin(self) -> Origin:
        """The mark of the connection, in all errors that it raises."""
        return self.state.origin

    @abstractmethod
    async def receive(
        self, max_bytes: int = 65536, at_end: EndError = ConnectionEnded, owner: object = None
    ) -> bytes:
        """Receive between 1 and ``max_bytes`` bytes; raises ``at_end`` where there are no more.

        Iterating raises :exc:`StopAsyncIteration` by it, without a coroutine around this one.
        ``owner`` is held for as long, so that it is not forgotten meanwhile.
        """

    @abstractmethod
    def try_receive(self, max_bytes: int = 65536) -> bytes | None:
        """Bytes that are there, ``b""`` at the end of the stream, or None when one has to wait."""

    async def wait_readable(self) -> None:
        """Wait until :meth:`try_receive` may have something. Cancelling it loses nothing."""
        try:
            await self.park_readable()
        except self.host.woken_by_close:
            if self.state.receiving is Receiving.CLOSED:  # Else it was woken.
                raise self.state.closed_error() from None

    @abstractmethod
    def park_readable(self) -> Awaitable[Any]:
        """The same, one coroutine less, and :meth:`wake_readable` ends it as well.

        Raises the closed error, or the host loop's ``woken_by_close``.
        """

    @abstractmethod
    def wake_readable(self) -> None:
        """End the wait of :meth:`park_readable`, if a task is in one."""

    @abstractmethod
    async def receive_into(self, buffer: bytearray | memoryview) -> int:
        """Receive into ``buffer`` and return how many bytes."""

    @abstractmethod
    def unread(self, data: bytes) -> None:
        """Have ``data``, received and not used, received again before anything else."""

    @abstractmethod
    async def send(self, item: Buffer, owner: object = None) -> None:
        """Send all of ``item``. ``owner`` is held for as long."""

    @abstractmethod
    async def send_many(self, buffers: Iterable[Buffer]) -> None:
        """Send all the buffers as one message."""

    @abstractmethod
    async def send_file(self, file: HasFileno, offset: int, count: int) -> None:
        """Send ``count`` bytes of a regular file from ``offset`` on, as one message."""

    async def send_eof(self) -> None:
        """End our side; the peer may go on sending. Ending it again does nothing."""
        state = self.state
        if state.eof_sent and not state.closed:
            await self.host.full_checkpoint()
            return
        await self.host.enter_operation()
        state.claim_sending()
        try:
            await self.send_end()
        finally:
            self.release_sending()

    @abstractmethod
    async def send_end(self) -> None:
        """End this side: what :meth:`send_eof` does while it holds the sending direction."""

    @abstractmethod
    def shut_down_sending(self) -> None:
        """End this side without waiting."""

    @abstractmethod
    def close(self) -> None:
        """Close without waiting. Every operation that waits raises the closed error."""

    @abstractmethod
    def abort(self) -> None:
        """Close without waiting so that the peer sees a failure rather than a clean end."""

    @abstractmethod
    async def linger(self) -> None:
        """End our side and discard what the peer sends until it ends too; then close.

        Every operation that waits raises the closed error at once. A message that was cut off is
        not ended.
        """

    @abstractmethod
    def release(self) -> Released:
        """Give the connection away with all that belongs to it; this object is closed by that.

        The inverse is :func:`~anynet._transport.streams.adopt.adopt`. Raises
        :exc:`anyio.BusyResourceError` while an operation is under way that it cannot wake, and the
        closed error if it is closed already.
        """

    @property
    @abstractmethod
    def local_address(self) -> Address | None:
        """The address of this end, if it has one."""

    @property
    @abstractmethod
    def remote_address(self) -> Address | None:
        """The address of the peer, if it has one."""

    async def aclose(self) -> None:
        """Close it. Cancelled, it closes first."""
        self.close()
        await self.host.full_checkpoint()

    def expire(self, limit: type[ConnectionExpired], seconds: float) -> None:
        """Close because of a time limit of ``seconds``; operations raise ``limit``."""
        if not self.state.closed:
            self.state.expired = (limit, seconds)
            self.state.unclean = self.state.unclean or limit.resets
            self.close()

    def release_sending(self) -> None:
        """Give the sending direction back; end our side if the peer's end has waited for that."""
        if self.state.release_sending():
            self.shut_down_sending()

    def note_end(self) -> None:
        """The peer's end-of-stream has been received."""
        if self.state.peer_ended():
            self.shut_down_sending()

    def notify_closed(self) -> None:
        """Notify the observer and forget it, once everything else has been let go."""
        observer, self.observer = self.observer, None
        if observer is not None:
            observer.stream_closed()

    def note_drain(self) -> None:
        """A send that had to wait went through."""
        if self.observer is not None:
            self.observer.stream_drained()

    def start_tracking(self) -> None:
        """Note the times of activities from now on."""
        if not self.track_activity:
            self.track_activity = True
            self.last_received = self.last_sent = self.host.time()

    def latest_activity(self) -> float:
        """When something was last sent or received, while that is tracked."""
        return max(self.latest_received(), self.latest_sent())

    def latest_received(self) -> float:
        """When something was last received."""
        return self.last_received

    def latest_sent(self) -> float:
        """When something was last sent."""
        return self.last_sent

    def stamp_received(self) -> None:
        """Note that something was received now, while that is tracked."""
        if self.track_activity:
            self.last_received = self.host.time()

    def stamp_sent(self) -> None:
        """Note that something was sent now."""
        if self.track_activity:
            self.last_sent = self.host.time()


class ReleasedStream(Released):
    """One over any other AnyIO byte stream: see :class:`WrappedStream`.

    It cannot leave its event loop: what such a stream waits with is in there.
    """

    __slots__ = ("base", "close_timeout", "host", "outcome")

    def __init__(
        self,
        stream: AnyByteStream,
        *,
        base: StreamBase | None,
        host: HostLoop,
        close_timeout: float,
        unread: bytes,
        state: HalfState,
        outcome: Exception | None,
    ) -> None:
        super().__init__(stream, unread, state)
        self.base: StreamBase | None = base
        self.host: HostLoop = host
        self.close_timeout: float = close_timeout
        #: What came after those bytes: the end of the stream or an error; None for nothing so far.
        self.outcome: Exception | None = outcome

    def _close(self, held: AnyByteStream) -> None:
        # A stream is only closed by waiting for it; what lies below it is closed in its thread.
        if self.base is not None and not self.base.closed:
            self.host.finalize(self.base.abort)
