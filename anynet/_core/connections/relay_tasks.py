"""A relay between any two byte streams (TLS, in memory, …): a task for each direction.

The rules that live here:

- The end of one direction is passed on alone, as a half-close. What AnyIO's TLS cannot do, ending
  one side, TLS itself can (RFC 8446 section 6.1), and the other direction goes on.
- Many TLS servers (asyncio's, Node's) take that end for the end of everything, and drop the answer
  that they owe. So towards a TLS server it waits until nothing has come from there for a while. A
  TLS client is told at once: it may be waiting for just that.
- Where one side cannot be ended at all, the end of the relay is put off as long, and is the end of
  both directions then.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSAttribute

from anynet._core.connections.socket import Socket, own_stream_below
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.tls import end_sending
from anynet._transport.streams.wrapped_stream import WrappedStream

#: What says that a side was lost.
LOST = (OSError, MemoryError, anyio.BrokenResourceError, anyio.ClosedResourceError)


class TasksRelay:
    """See the module."""

    def __init__(self, sides: tuple[ByteStream, ByteStream], half_close_delay: float) -> None:
        self._sides = sides
        self._half_close_delay = half_close_delay
        self._own_streams = [own for side in sides if (own := _lowest_own_stream(side)) is not None]
        self._scope = anyio.CancelScope()
        self._unfinished = 2
        self._passed = [0, 0]
        self._ended = [False, False]
        #: By direction: what it waits in, and the session that its source is to end first.
        self._receiving: list[anyio.CancelScope | None] = [None, None]
        self._session_to_end: list[ssl.SSLObject | None] = [None, None]
        self._idle_timeout: float | None = None
        self._last_activity = 0.0
        self._counted = 0
        self.idle = False
        self.error: Exception | None = None

    @property
    def passed(self) -> tuple[int, int]:
        return self._passed[0], self._passed[1]

    async def run(self, idle_timeout: float | None, unread: Sequence[bytes]) -> None:
        """Relay until the end."""
        self._idle_timeout = idle_timeout
        self._note_activity()
        async with anyio.create_task_group() as tasks:
            self._scope = tasks.cancel_scope
            tasks.start_soon(self._copy, 0, unread[0])
            tasks.start_soon(self._copy, 1, unread[1])
            if idle_timeout is not None:
                tasks.start_soon(self._watch, idle_timeout)

    async def _copy(self, direction: int, unread: bytes) -> None:
        """One direction, up to its end, which is passed on."""
        sink = self._sides[1 - direction]
        try:
            chunk = unread or await self._receive(direction)
            while chunk:
                self._note_activity()
                await sink.send(chunk)
                self._passed[direction] += len(chunk)
                self._note_activity()
                chunk = await self._receive(direction)
            self._ended[direction] = True
            await self._end(direction, sink)
        except LOST as error:
            self.error = error
            self._scope.cancel()
        self._unfinished -= 1
        if not self._unfinished:
            self._scope.cancel()

    async def _receive(self, direction: int) -> bytes:
        """The next chunk; ``b""`` at the end."""
        source = self._sides[direction]
        try:
            while True:
                session = self._session_to_end[direction]
                if session is not None:
                    self._session_to_end[direction] = None
                    if chunk := self._end_session(source, session):
                        return chunk
                with anyio.CancelScope() as self._receiving[direction]:
                    return await source.receive()
        except (anyio.EndOfStream, ssl.SSLZeroReturnError):
            return b""

    def _end_session(self, source: ByteStream, session: ssl.SSLObject) -> bytes:
        chunk = end_sending(session)
        own = own_stream_below(source) if isinstance(source, Socket) else None
        if own is None:
            return chunk
        own.unread(chunk)  # It counts what is received of it.
        return b""

    async def _end(self, direction: int, sink: ByteStream) -> None:
        try:
            await sink.send_eof()
            return
        except NotImplementedError:
            pass
        session = sink.extra(TLSAttribute.ssl_object, None)
        if session is None or not session.server_side:
            await self._wait_until_quiet(1 - direction)
        if self._ended[1 - direction]:
            return
        if session is None:
            self._scope.cancel()  # Without half-close, the end of one direction is the end of both.
            return
        # The other task has to leave the session before it can be ended, and what that makes the
        # session send goes out when it receives again.
        self._session_to_end[1 - direction] = session
        receiving = self._receiving[1 - direction]
        if receiving is not None:
            receiving.cancel()

    async def _wait_until_quiet(self, direction: int) -> None:
        """Until ``direction`` has ended, or nothing has passed there for the delay."""
        passed = -1
        while not self._ended[direction] and passed != self._passed[direction]:
            passed = self._passed[direction]
            await anyio.sleep(self._half_close_delay)

    async def _watch(self, idle_timeout: float) -> None:
        """End the relay when nothing has passed for the idle timeout."""
        while True:
            while (left := self._last_activity + idle_timeout - anyio.current_time()) > 0:
                await anyio.sleep(left)
            if self._counted == self._count():
                break
            self._note_activity()  # A part of a chunk has passed.
        self.idle = True
        self._scope.cancel()

    def _note_activity(self) -> None:
        if self._idle_timeout is not None:
            self._last_activity = anyio.current_time()
            self._counted = self._count()

    def _count(self) -> int:
        return sum(own.state.bytes_received + own.state.bytes_sent for own in self._own_streams)

    async def close(self, complete: bool, patience: float | None) -> None:
        """Close both; where the relay was not complete, so that no peer takes it for whole."""
        for stream in self._sides:
            own = own_stream_below(stream)
            if not complete and own is not None:
                own.abort()
        # Side by side: over TLS a close waits for that of the peer.
        with anyio.move_on_after(patience):
            async with anyio.create_task_group() as closing:
                for stream in self._sides:
                    closing.start_soon(_close, stream, complete)


def _lowest_own_stream(stream: ByteStream) -> StreamBase | None:
    """The stream of our own that is the nearest to the network, if there is one."""
    own = own_stream_below(stream)
    return own.base or own if isinstance(own, WrappedStream) else own


async def _close(stream: ByteStream, complete: bool) -> None:
    try:
        await (stream.aclose() if complete else anyio.aclose_forcefully(stream))
    except (*LOST, anyio.EndOfStream):
        pass  # The peer did not close properly; the stream is closed all the same.
