"""Waiting for connections at several listeners, each of which is accepted from in turn.

One accept loop waits for all its listeners on a single descriptor: that of the only listener, or
that of a selector. A task a listener would cost memory and make the order of accepts a race.
"""

from __future__ import annotations

import selectors
from collections import deque
from collections.abc import Iterable
from typing import Any

import anyio

from anynet._transport.listening.listener import Listener
from anynet._transport.loops.host_loop import HostLoop, Waiter, current_host_loop


class ListenerSet:
    """The listening sockets of one accept loop, which waits on a single descriptor for them all.

    The set owns its listeners: :meth:`close` closes them. Nothing is watched between two waits, so
    a loop that must not accept for a while just doesn't wait.
    """

    __slots__ = (
        "_host",
        "_round",
        "_selector",
        "closed",
        "fd",
        "listeners",
        "only",
        "readable",
        "reader",
        "reader_patience",
        "writer",
        "writer_registered",
    )
    reader_woken: bool | None = None  # It may park with something left.

    def __init__(self, listeners: Iterable[Listener], *, host: HostLoop | None = None) -> None:
        self._host = host or current_host_loop()
        self._selector: Any = None  # One with a descriptor: see HostLoop.
        self._round: deque[Listener] = deque()
        self.listeners: list[Listener] = []
        #: The listener, where there is no other: it needs no :meth:`next_ready`.
        self.only: Listener | None = None
        self.closed = False
        # What the host loop keeps; see Parkable.
        self.fd = -1
        self.readable = False
        self.reader: Waiter | None = None
        self.writer: Waiter | None = None
        self.reader_patience = 0
        self.writer_registered = False
        for listener in listeners:
            self.add(listener)

    def add(self, listener: Listener) -> None:
        """Take one more listener, which a task that waits already then waits for too.

        Raises :exc:`anyio.ClosedResourceError` when the set or the listener was closed, and
        :exc:`OSError` when there is no descriptor left to wait for several; the caller still owns
        the listener then.
        """
        if self.closed or listener.closed:
            raise anyio.ClosedResourceError
        if self._selector is not None:
            self._selector.register(listener.fd, selectors.EVENT_READ, listener)
        elif self.listeners:
            selector = self._host.new_selector()
            try:
                for each in (*self.listeners, listener):
                    selector.register(each.fd, selectors.EVENT_READ, each)
            except BaseException:
                selector.close()
                raise
            self._host.forget(self)  # Wakes the task that waits, which goes on with the new one.
            self._selector, self.fd = selector, selector.fileno()
        else:
            self.fd = listener.fd
        self.listeners.append(listener)
        self.only = listener if len(self.listeners) == 1 else None

    async def wait(self) -> None:
        """Wait until a listener may have a connection. Always yields.

        Raises :exc:`anyio.ClosedResourceError` when the set is, or meanwhile gets, closed.
        Cancelling it loses nothing. One task at a time can wait.
        """
        while not self.closed:
            if not self.listeners:
                raise ValueError("there is no listener to wait for")
            try:
                await self._host.park_read(self)
                return
            except self._host.woken_by_close:
                continue
        raise anyio.ClosedResourceError

    def ready(self) -> list[Listener]:
        """The listeners that may have a connection; the rest have none. Never waits."""
        if self._selector is None:
            return list(self.listeners)
        return [key.data for key, _ in self._selector.select(0)]

    def next_ready(self) -> Listener | None:
        """The listener to accept one connection from; None when none has any. Never waits.

        Each of those that are ready comes once before they are looked for again, so that a busy
        one keeps no other from its clients. When it then has none after all, :meth:`wait`.
        """
        if not self._round:
            self._round.extend(self.ready())
        return self._round.popleft() if self._round else None

    def close(self) -> None:
        """Close the listeners; a waiter gets :exc:`anyio.ClosedResourceError`. Idempotent."""
        if not self.closed:
            for listener in self.release():
                listener.close()

    def release(self) -> list[Listener]:
        """The same, but the listeners go on: they are the caller's now."""
        self._host.check_thread()
        self.closed = True
        if self.listeners:
            self._host.forget(self)
        if self._selector is not None:
            self._selector.close()
            self._selector = None
        released, self.listeners = self.listeners, []
        self.only = None
        self._round.clear()
        return released
