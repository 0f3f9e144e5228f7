"""The events of a socket as an async iterator."""

from __future__ import annotations

from types import TracebackType

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from anynet._core.connections.connection import Connection, ConnectionState
from anynet._rules.values.events import SocketEvent
from anynet._transport.streams.half_state import Receiving
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
        self._wakeup = _Wakeup()
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

    async def __anext__(self) -> SocketEvent:
        await self._connection.stream.host.enter_operation()
        if self._stepping:
            raise anyio.BusyResourceError("stepping through the events of")
        if self._wrapped is not None and not self._wrapped.closed:
            self._wrapped.reading_ahead()
        self._claim()
        self._stepping = True
        try:
            return await self._step()
        finally:
            self._stepping = False

    async def _step(self) -> SocketEvent:
        connection = self._connection
        while not connection.finished:
            await self._close_wrapped()
            event = connection.next_event()
            if event is not None:
                return event
            await self._wait()
            if not self._claimed:
                raise anyio.ClosedResourceError  # Another task released the events meanwhile.
        self.release()
        raise StopAsyncIteration

    async def _close_wrapped(self) -> None:
        """Close a wrapped stream before that is emitted. To be cancelled here loses nothing."""
        stream, connection = self._wrapped, self._connection
        if stream is None:
            return
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

    async def _wait(self) -> None:
        """Wait for data, or for a control event, whichever comes first."""
        connection = self._connection
        with anyio.CancelScope() as self._wakeup.waiting:
            if connection.wants_to_read:
                try:
                    await connection.stream.wait_readable()
                except anyio.ClosedResourceError:
                    pass  # The next step emits it.
                except TimeoutError:
                    pass  # So does it when the idle timeout closed the connection.
            else:
                await anyio.sleep_forever()
        self._wakeup.waiting = None

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

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting: anyio.CancelScope | None = None

    def __call__(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()


async def _end_reading_ahead(stream: WrappedStream, tasks: TaskGroup) -> None:
    stream.reading_ahead().stop()
    try:
        await tasks.__aexit__(None, None, None)
    finally:
        stream.end_reading_ahead()
