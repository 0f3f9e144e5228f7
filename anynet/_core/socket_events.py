"""The events of a socket as an async iterator."""

from __future__ import annotations

from types import TracebackType

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from anynet._core.connection import Connection
from anynet._rules.events import SocketEvent
from anynet._transport.door import Guard
from anynet._transport.foreign_stream import ForeignStream
from anynet._transport.pump import Pump


class SocketEvents:
    """Yields the events of one connection, in order, until after ``Close``.

    Get it from :meth:`Socket.events`. Data is read from the kernel one step at a time and only when
    asked for, so a slow consumer slows the peer. Iterate it directly, or use it as an async context
    manager: that also works for streams that are not our own sockets (TLS, in-memory), whose
    reading needs a task, and gives the receiving direction back at the end of the block.

    A step that is cancelled loses nothing.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._claimed = False
        self._waiting: anyio.CancelScope | None = None
        self._pump_tasks: TaskGroup | None = None

    async def __aenter__(self) -> SocketEvents:
        self._claim()
        stream = self._connection.stream
        if isinstance(stream, ForeignStream):
            self._pump_tasks = anyio.create_task_group()
            await self._pump_tasks.__aenter__()
            stream.pump = Pump(stream)
            stream.pump.start(self._pump_tasks)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()
        stream = self._connection.stream
        if self._pump_tasks is None or not isinstance(stream, ForeignStream):
            return
        pump, stream.pump = stream.pump, None
        try:
            if pump is not None and exc_type is None and not stream.closed:
                await pump.finish()
        finally:
            if pump is not None:
                stream.mid_message = stream.mid_message or pump.unsent
                pump.stop()
            await self._pump_tasks.__aexit__(None, None, None)

    def __aiter__(self) -> SocketEvents:
        return self

    async def __anext__(self) -> SocketEvent:
        connection = self._connection
        if isinstance(connection.stream, ForeignStream) and not connection.stream.closed:
            connection.stream.pumping()
        self._claim()
        host = connection.stream.host
        await host.enter_operation()
        while not connection.finished:
            event = connection.step()
            if event is not None:
                host.left_without_yield()
                return event
            await self._wait()
        self.release()
        raise StopAsyncIteration

    async def _wait(self) -> None:
        """Wait for data, or for a control event, whichever comes first."""
        connection = self._connection
        with anyio.CancelScope() as self._waiting:
            if connection.wants_to_read:
                try:
                    await connection.stream.wait_readable()
                except anyio.ClosedResourceError:
                    pass  # The next step tells.
                except TimeoutError:
                    pass  # So does it when the idle timeout closed the connection.
            else:
                await anyio.sleep_forever()
        self._waiting = None

    def _wake(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()

    def _claim(self) -> None:
        connection = self._connection
        if not self._claimed:
            if connection.on_event is not None:
                raise anyio.BusyResourceError("consuming the events of")
            if not connection.stream.closed:
                connection.stream.claim_receiving(Guard.EVENTS)
            connection.on_event = self._wake
            self._claimed = True

    def release(self) -> None:
        """Give the receiving direction back, so that ``receive`` can be used again."""
        if self._claimed:
            self._claimed = False
            self._connection.on_event = None
            self._connection.stream.release_receiving()
