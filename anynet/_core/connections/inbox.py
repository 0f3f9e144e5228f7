"""A queue into one event loop, for other threads to put into.

The rules that live here:

- Putting never waits and never blocks, so that it may be done in any event loop: the ways that
  AnyIO and Trio have into another loop block the thread that takes them.
- What cannot be delivered any more stays with who wants to put it; what was delivered and is left
  at the close is closed, where it can be.
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType
from typing import Generic, Self, TypeVar

import anyio

from anynet._rules.values.bound_socket import BoundSocket
from anynet._transport.loops.host_loop import Event, current_host_loop
from anynet._transport.sockets.handing_over import HandingOver

T = TypeVar("T")


class Inbox(Generic[T]):
    """Values for one event loop, from any thread: ``async with Inbox() as inbox``.

    It is made in the event loop that receives, by ``async for value in inbox`` or
    :meth:`receive`; any thread puts, and never waits for that. It has no bound: what is put by one
    who must not get too far ahead should be counted, or answered by another inbox. What is left
    when it is closed is dropped; a connection or listeners that were released, and bound
    sockets, are closed by that.
    """

    def __init__(self) -> None:
        self._host = current_host_loop()
        self._lock = threading.Lock()
        self._values: deque[T] = deque()
        self._closed = False
        self._event: Event | None = None

    def put(self, value: T) -> None:
        """Have ``value`` received; for any thread.

        Raises :exc:`anyio.ClosedResourceError` once it was closed, or its event loop has ended: the
        value is still the caller's then.
        """
        with self._lock:
            if self._closed:
                raise anyio.ClosedResourceError
            # Each wakes the loop, though one would do for several: it says whether that still runs.
            if not self._host.call_from_thread(self._wake):
                raise anyio.ClosedResourceError
            self._values.append(value)  # Before the wake, which waits for the lock.

    def _wake(self) -> None:
        with self._lock:
            if self._event is not None:
                self._event.set()

    async def receive(self) -> T:
        """The next value, in the order in which they were put.

        Cancelling it loses none. Raises :exc:`anyio.ClosedResourceError` once it was closed.
        """
        await self._host.enter_operation()
        while not self._closed:
            if self._values:
                return self._values.popleft()
            if self._event is None:
                self._event = self._host.new_event()
            event = self._event
            if not self._values:
                await event.wait()
            if self._event is event:
                self._event = None
        raise anyio.ClosedResourceError

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        try:
            return await self.receive()
        except anyio.ClosedResourceError:
            raise StopAsyncIteration from None

    def close(self) -> None:
        """Take nothing more, and drop what is left; who receives gets the closed error."""
        self._host.check_thread()
        with self._lock:
            self._closed = True
            left, self._values = self._values, deque()
        for value in left:
            if isinstance(value, HandingOver | BoundSocket):
                value.close()
        self._wake()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._values)
