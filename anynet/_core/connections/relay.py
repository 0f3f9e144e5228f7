"""Relaying: everything that one connection receives goes out on another, both ways."""

from __future__ import annotations

import enum

import anyio
import attrs
from anyio.abc import ByteStream

from anynet._core.connections.socket import Socket, own_stream_below
from anynet._rules.checks import check_seconds
from anynet._rules.values.value import Value
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.wrapped_stream import WrappedStream


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


class _Relay:
    def __init__(self, sides: tuple[ByteStream, ByteStream], idle_timeout: float | None) -> None:
        self._sides = sides
        self._idle_timeout = idle_timeout
        self._own_streams = [own for side in sides if (own := _lowest_own_stream(side)) is not None]
        self._note_activity()
        self._unfinished = 2
        self.end = RelayEnd.ENDED
        self.error: Exception | None = None
        #: Bytes that went out, by the index of the direction.
        self.passed = [0, 0]

    async def copy(self, direction: int, scope: anyio.CancelScope) -> None:
        """One direction, up to its end, which is passed on."""
        source, sink = self._sides[direction], self._sides[1 - direction]
        try:
            async for chunk in source:
                self._note_activity()
                await sink.send(chunk)
                self.passed[direction] += len(chunk)
                self._note_activity()
            try:
                await sink.send_eof()
            except NotImplementedError:
                scope.cancel()  # Without half-close, the end of one direction is the end of both.
        except (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            self.end, self.error = RelayEnd.BROKEN, error
            scope.cancel()
        self._unfinished -= 1
        if not self._unfinished:
            scope.cancel()

    async def watch(self, scope: anyio.CancelScope) -> None:
        """End the relay when nothing has passed for the idle timeout."""
        if self._idle_timeout is None:
            return
        while True:
            while (left := self._last_activity + self._idle_timeout - anyio.current_time()) > 0:
                await anyio.sleep(left)
            if self._counted == self._count():
                break
            self._note_activity()  # A part of a chunk has passed.
        self.end = RelayEnd.IDLE
        scope.cancel()

    def _note_activity(self) -> None:
        if self._idle_timeout is not None:
            self._last_activity = anyio.current_time()
            self._counted = self._count()

    def _count(self) -> int:
        return sum(own.state.bytes_received + own.state.bytes_sent for own in self._own_streams)


def _lowest_own_stream(stream: ByteStream) -> StreamBase | None:
    """The stream of our own that is the nearest to the network, if there is one."""
    own = own_stream_below(stream)
    return own.base or own if isinstance(own, WrappedStream) else own


async def relay(a: ByteStream, b: ByteStream, *, idle_timeout: float | None = None) -> RelayResult:
    """Pass on everything between ``a`` and ``b`` until both have ended, and close both.

    An end-of-stream is passed on as a half-close, so that the other direction goes on; where a
    stream cannot do that (TLS), the end of one direction ends the relay. When one side is lost, or
    nothing has passed for ``idle_timeout`` seconds, both are reset, so that a cut stream does not
    look like a complete one: the result says so, nothing is raised. Cancelling it resets both too.

    For the idle timeout a part of a chunk counts where our own sockets are below, which may then
    end the relay up to ``idle_timeout`` seconds late; between other streams only whole chunks do.
    A side that is lost is noticed when it is read or written: not while the other side does not
    take what came from it.
    """
    if idle_timeout is not None:
        check_seconds("idle_timeout", idle_timeout, allow_zero=False)
    work = _Relay((a, b), idle_timeout)
    complete = False
    try:
        async with anyio.create_task_group() as tasks:
            scope = tasks.cancel_scope
            tasks.start_soon(work.copy, 0, scope)
            tasks.start_soon(work.copy, 1, scope)
            tasks.start_soon(work.watch, scope)
        complete = work.end is RelayEnd.ENDED
    finally:
        for stream in (a, b):
            if not complete and isinstance(stream, Socket):
                stream.reset()
        # Side by side: over TLS a close waits for that of the peer.
        with anyio.move_on_after(idle_timeout):
            async with anyio.create_task_group() as closing:
                for stream in (a, b):
                    closing.start_soon(_close, stream, complete)
    return RelayResult(
        end=work.end,
        bytes_a_to_b=work.passed[0],
        bytes_b_to_a=work.passed[1],
        error=work.error,
    )


async def _close(stream: ByteStream, complete: bool) -> None:
    try:
        await (stream.aclose() if complete else anyio.aclose_forcefully(stream))
    except (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream):
        pass  # The peer did not close properly; the stream is closed all the same.
