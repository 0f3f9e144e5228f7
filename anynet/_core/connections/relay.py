"""Relaying: everything that one connection receives goes out on another, both ways.

Between two of our own sockets nothing but callbacks moves the bytes (:mod:`relay_sockets`); between
other streams there is a task for each direction (:mod:`relay_tasks`).
"""

from __future__ import annotations

import enum
from collections.abc import Coroutine, Generator
from typing import Any

import attrs
from anyio.abc import ByteStream, ObjectStream

from anynet._core.connections.relay_sockets import SocketsRelay, sockets_relay
from anynet._core.connections.relay_tasks import LOST, TasksRelay
from anynet._core.connections.socket import Socket, own_stream_below
from anynet._rules.checks import check_seconds, check_type, shown
from anynet._rules.values.value import Value
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.wrapped_stream import WrappedStream

#: Seconds.
HALF_CLOSE_DELAY = 1.0


class RelayEnd(enum.Enum):
    """Why a relay ended.

    - ``ENDED``: both sides ended.
    - ``IDLE``: nothing passed for the idle timeout.
    - ``BROKEN``: a side was lost.
    """

    ENDED = "ended"
    IDLE = "idle"
    BROKEN = "broken"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class RelayResult(Value):
    """What passed through a relay, and why it ended.

    - ``end``: why it ended.
    - ``bytes_a_to_b``: how many bytes from ``a`` went out to ``b``.
    - ``bytes_b_to_a``: how many bytes from ``b`` went out to ``a``.
    - ``error``: the error of the side that was lost.
    """

    end: RelayEnd
    bytes_a_to_b: int
    bytes_b_to_a: int
    error: Exception | None = None


@attrs.frozen(kw_only=True)
class _Options:
    idle_timeout: float | None
    half_close_delay: float
    unread_a: bytes
    unread_b: bytes


@attrs.define(eq=False)
class _Progress:
    """Where a relay stands; apart from it, so that its coroutine does not refer to it."""

    work: SocketsRelay | TasksRelay | None = None
    result: RelayResult | None = None


class Relay(Coroutine[Any, Any, RelayResult]):
    """A relay, to be awaited once; its counters can be read at any time. See :func:`relay`.

    It is a coroutine, so that it can also be given to whatever starts a task.
    """

    __slots__ = ("_coroutine", "_progress")

    def __init__(self, a: ByteStream, b: ByteStream, options: _Options) -> None:
        self._progress = _Progress()
        self._coroutine = _run(a, b, options, self._progress)

    @property
    def bytes_a_to_b(self) -> int:
        """How many bytes from ``a`` have gone out to ``b`` so far."""
        work = self._progress.work
        return 0 if work is None else work.passed[0]

    @property
    def bytes_b_to_a(self) -> int:
        """How many bytes from ``b`` have gone out to ``a`` so far."""
        work = self._progress.work
        return 0 if work is None else work.passed[1]

    @property
    def result(self) -> RelayResult | None:
        """What awaiting it returns; None before it has ended, and where it was cancelled."""
        return self._progress.result

    def __await__(self) -> Generator[Any, Any, RelayResult]:
        return self._coroutine.__await__()

    def send(self, value: Any, /) -> Any:
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        return self._coroutine.throw(*error)

    def close(self) -> None:
        """Close the coroutine; to close the streams, cancel what awaits it."""
        self._coroutine.close()

    def __repr__(self) -> str:
        state = "under way" if self.result is None else self.result.end.value
        return f"<anynet.Relay {self.bytes_a_to_b} bytes, {self.bytes_b_to_a} back, {state}>"


def relay(
    a: ByteStream,
    b: ByteStream,
    *,
    idle_timeout: float | None = None,
    half_close_delay: float = HALF_CLOSE_DELAY,
    unread_a: bytes = b"",
    unread_b: bytes = b"",
) -> Relay:
    """Pass on everything between ``a`` and ``b`` until both have ended, and close both.

    To be awaited, for a :class:`RelayResult`; meanwhile the :class:`Relay` that comes back tells
    how much has passed. Between two of our own sockets over TCP or Unix no task moves the bytes:
    the callbacks of the event loop do, on Linux without copying them where there are many.

    An end-of-stream is passed on as a half-close, whatever ``allow_half_open`` says, so that the
    other direction goes on; over TLS as TLS does it. Many TLS servers answer no more then, so one
    towards a TLS server waits until nothing has come from there for ``half_close_delay`` seconds.
    Where a stream cannot end one side at all, the relay ends after such a silence.

    When one side is lost, or nothing has passed for ``idle_timeout`` seconds (None: however long),
    both are reset, so that a cut stream does not look like a complete one: the result says so,
    nothing is raised. Cancelling it resets both too. The idle timeout may end the relay later than
    that, by a quarter between our own sockets and by once its length between others, where only
    whole chunks count unless our own sockets are below. A side that is lost is noticed when it is
    read or written: not while the other side does not take what came from it.

    ``unread_a`` and ``unread_b`` are bytes that were received from ``a`` and ``b`` already, by what
    parses a header for one: they are passed on first.

    Raises :exc:`anyio.BusyResourceError` while one of the two is in use, with neither touched; at
    once, :exc:`TypeError` for what is no byte stream, and :exc:`ValueError` for one and the same.
    """
    for name, side in (("a", a), ("b", b)):
        if not isinstance(side, Socket):  # First: asking for a class of AnyIO's costs more.
            check_type(name, side, (ByteStream, ObjectStream))  # One of bytes does as well.
    if a is b:
        raise ValueError(f"a and b must be two streams, not the same {shown(a)}")
    if idle_timeout is not None:
        check_seconds("idle_timeout", idle_timeout, allow_zero=False)
    if half_close_delay != HALF_CLOSE_DELAY:
        check_seconds("half_close_delay", half_close_delay)
    if unread_a or unread_b:
        check_type("unread_a", unread_a, bytes)
        check_type("unread_b", unread_b, bytes)
    options = _Options(
        idle_timeout=idle_timeout,
        half_close_delay=half_close_delay,
        unread_a=unread_a,
        unread_b=unread_b,
    )
    return Relay(a, b, options)


async def _run(a: ByteStream, b: ByteStream, options: _Options, progress: _Progress) -> RelayResult:
    # It waits in any case: that is its cancellation point, and lets others run.
    work = progress.work = _begin(a, b, options)
    complete = False
    try:
        if isinstance(work, SocketsRelay):
            await work.run(options.idle_timeout)
        else:
            await work.run(options.idle_timeout, (options.unread_a, options.unread_b))
        if work.error is not None and not isinstance(work.error, LOST):
            raise work.error
        complete = not work.idle and work.error is None
    finally:
        await work.close(complete, options.idle_timeout)
    broken = RelayEnd.ENDED if work.error is None else RelayEnd.BROKEN
    progress.result = RelayResult(
        end=RelayEnd.IDLE if work.idle else broken,
        bytes_a_to_b=work.passed[0],
        bytes_b_to_a=work.passed[1],
        error=work.error,
    )
    return progress.result


def _begin(a: ByteStream, b: ByteStream, options: _Options) -> SocketsRelay | TasksRelay:
    """The relay, at work where it needs no tasks; raises :exc:`anyio.BusyResourceError`."""
    first, second = _own_stream(a), _own_stream(b)
    work = sockets_relay(first, second)
    if work is not None:
        try:
            work.start(options.unread_a, options.unread_b)
        except OSError:
            work = None  # No descriptor is left for its epoll, say.
    for stream in (first, second):
        if stream is not None and not stream.state.closed:
            if work is None:
                stream.state.check_unused()
            stream.state.allow_half_open = True
            if isinstance(stream, WrappedStream) and stream.base is not None:
                stream.base.state.allow_half_open = True
    return work or TasksRelay((a, b), options.half_close_delay)


def _own_stream(side: ByteStream) -> StreamBase | None:
    """The stream of our own that a side is, not one that lies below TLS."""
    if isinstance(side, Socket):  # First: asking for a class of AnyIO's takes a call in Python.
        return own_stream_below(side)
    return side if isinstance(side, StreamBase) else None
