"""The events of a socket as an async iterator."""

from __future__ import annotations

from collections.abc import Awaitable
from types import TracebackType
from typing import Any

import anyio
from anyio.abc import TaskGroup

from anynet._core.connections.connection import Connection, ConnectionState
from anynet._rules.values.events import SocketEvent
from anynet._transport.loops.host_loop import Event
from anynet._transport.streams.half_state import Receiving
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.wrapped_stream import WrappedStream


class SocketEvents:
    """Yields the events of one connection, in order, until after ``Close``.

    Get it from :meth:`Socket.events`. Data is read from the kernel one step at a time and only when
    asked for, so a slow consumer slows the peer. Iterate it directly, or use it as an async context
    manager: that also works for streams that are not our own sockets (TLS, in-memory), whose
    reading needs a task, and gives the receiving direction back at the end of the block.

    A step that is cancelled loses nothing. A second task that steps meanwhile gets
    :exc:`anyio.BusyResourceError`. A stream that is not our own is really closed before ``Close``
    is emitted, which over TLS waits for the peer, for at most 10 seconds.
    """

    def __init__(self, connection: Connection, owner: object = None) -> None:
        self._connection = connection
        #: Held, so that it is not forgotten while its events are wanted.
        self._owner = owner
        stream = connection.stream
        self._wrapped = stream if isinstance(stream, WrappedStream) else None
        self._claimed = False
        self._stepping = False
        self._wakeup = _Wakeup(stream)
        self._reading: TaskGroup | None = None

    async def __aenter__(self) -> SocketEvents:
        self._claim()
        if self._wrapped is not None:
            self._reading = anyio.create_task_group()
            await self._reading.__aenter__()
            self._wrapped.start_reading_ahead(self._reading)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if self._wrapped is not None and self._reading is not None:
                await _end_reading_ahead(self._wrapped, self._reading)
        finally:
            self.release()

    def __aiter__(self) -> SocketEvents:
        return self

    # One coroutine: each further one would cost a waiting connection its frame, and every wake-up
    # a step.
    async def __anext__(self) -> SocketEvent:
        connection, wrapped = self._connection, self._wrapped
        host = connection.stream.host
        await host.enter_operation()
        if self._stepping:
            raise anyio.BusyResourceError("stepping through the events of")
        if wrapped is not None and not wrapped.closed:
            wrapped.reading_ahead()
        if not self._claimed:
            self._claim()
        self._stepping = True
        try:
            while not connection.finished:
                if wrapped is not None:
                    await self._close_wrapped(wrapped)
                event = connection.next_event()
                if event is not None:
                    return event
                try:
                    await self._wait()
                except (anyio.ClosedResourceError, host.woken_by_close):
                    pass  # The next turn emits it.
                except TimeoutError:
                    pass  # So does it when a time limit closed the connection.
                if not self._claimed:
                    raise anyio.ClosedResourceError  # Another task released the events meanwhile.
        finally:
            self._stepping = False
        self.release()
        raise StopAsyncIteration

    async def _close_wrapped(self, stream: WrappedStream) -> None:
        """Close a wrapped stream before that is emitted. To be cancelled here loses nothing."""
        connection = self._connection
        both_ended = (
            not connection.wants_to_read
            and stream.state.receiving is Receiving.EVENTS
            and connection.state is ConnectionState.ENDED
        )
        if stream.closed or both_ended:
            stream.close()
            if stream.read_ahead is not None:
                await stream.read_ahead.wait_ended()
            await stream.aclose()

    def _wait(self) -> Awaitable[Any]:
        """Wait for data, or for a control event, whichever comes first."""
        if self._connection.wants_to_read:
            return self._connection.stream.park_readable()
        return self._wakeup.wait()

    def _claim(self) -> None:
        connection = self._connection
        if not self._claimed:
            if connection.on_event is not None:
                raise anyio.BusyResourceError("consuming the events of")
            if not connection.stream.closed:
                connection.stream.state.claim_receiving(Receiving.EVENTS)
            connection.on_event = self._wakeup
            self._claimed = True

    def release(self) -> None:
        """Give the receiving direction back, so that ``receive`` can be used again.

        Another task that waits in a step gets :exc:`anyio.ClosedResourceError`.
        """
        if self._claimed:
            self._claimed = False
            self._connection.on_event = None
            self._connection.stream.state.release_receiving()
            self._wakeup()


class _Wakeup:
    """Ends the wait of a step. The connection has it, and not the iterator, which has the owner."""

    __slots__ = ("_event", "_stream")

    def __init__(self, stream: StreamBase) -> None:
        self._stream = stream
        self._event: Event | None = None

    async def wait(self) -> None:
        """Wait for this alone, where nothing is to be read any more."""
        self._event = self._stream.host.new_event()
        await self._event.wait()

    def __call__(self) -> None:
        if self._event is not None:
            self._event.set()
        self._stream.wake_readable()


async def _end_reading_ahead(stream: WrappedStream, tasks: TaskGroup) -> None:
    stream.reading_ahead().stop()
    try:
        await tasks.__aexit__(None, None, None)
    finally:
        stream.end_reading_ahead()
