"""The events of a server as an async iterator.

Events are kept for a consumer that has not come yet, as far as :data:`_MAX_KEPT` goes; notices of
connections only while there is one, since a server without a consumer would keep its sockets.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import anyio
import anyio.lowlevel

from anynet._core.connections.socket import Socket
from anynet._rules.values.events import Close, Connection, Drop, Error, Listening

ServerEvent: TypeAlias = Listening | Connection[Socket] | Drop | Error | Close

#: How many events are kept for a consumer that lags; the oldest go first.
_MAX_KEPT = 1024


class EventQueue:
    """What has happened to a server and was not consumed yet."""

    def __init__(self) -> None:
        self._events: deque[ServerEvent] = deque(maxlen=_MAX_KEPT)
        self._waiting: anyio.CancelScope | None = None
        self._stepping = False
        self._closed = False
        self._consumers: weakref.WeakSet[ServerEvents] = weakref.WeakSet()

    def add_consumer(self, consumer: ServerEvents) -> None:
        """Keep notices of connections as long as ``consumer`` exists."""
        self._consumers.add(consumer)

    def push_connection(self, socket: Socket) -> None:
        """Keep a notice of a connection that its handler has, if there is a consumer."""
        if self._consumers:
            self.push(Connection(socket))

    def push(self, event: ServerEvent) -> None:
        """Keep an event and wake the consumer."""
        self._events.append(event)
        if self._waiting is not None:
            self._waiting.cancel()

    async def next_event(
        self, accept: Callable[[], Awaitable[Socket]] | None
    ) -> ServerEvent | None:
        """The next event; with ``accept``, that of a connection that is accepted now.

        None after :class:`Close`. One task at a time (:exc:`anyio.BusyResourceError`).
        """
        if self._stepping:
            raise anyio.BusyResourceError("waiting for the events of")
        self._stepping = True
        try:
            await anyio.lowlevel.checkpoint()
            if self._closed:
                return None
            try:
                event = await self._next(accept)
            except anyio.ClosedResourceError:
                event = await self._next(None)
            self._closed = isinstance(event, Close)
            return event
        finally:
            self._stepping = False

    async def _next(self, accept: Callable[[], Awaitable[Socket]] | None) -> ServerEvent:
        while not self._events:
            with anyio.CancelScope() as self._waiting:
                if accept is None:
                    await anyio.sleep_forever()
                else:
                    return Connection(await accept())
        return self._events.popleft()


class ServerEvents:
    """Yields the events of one server until after ``Close``. Get it from :meth:`Server.events`.

    On a server with a handler a ``Connection`` is a notice: the handler has the socket. On one
    without, it hands the socket over, and connections are accepted as they are asked for. A step
    that is cancelled loses nothing. A consumer that lags is kept 1024 events; older ones are lost.
    Notices of connections are kept only while there is such an iterator; a second one goes on where
    the first was left.
    """

    def __init__(self, queue: EventQueue, accept: Callable[[], Awaitable[Socket]] | None) -> None:
        self._queue = queue
        self._accept = accept
        if accept is None:  # Else the event itself hands the socket over: no notice is needed.
            queue.add_consumer(self)

    def __aiter__(self) -> ServerEvents:
        return self

    async def __anext__(self) -> ServerEvent:
        event = await self._queue.next_event(self._accept)
        if event is None:
            raise StopAsyncIteration
        return event
