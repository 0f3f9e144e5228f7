"""What tasks wait for by its number: the kernel's side of sockets and of what polls several.

Whoever is woken runs at an instant of its own: of two tasks that wait for one socket, and of those
behind a poller, the second is woken in the next.
"""

from __future__ import annotations

from typing import Protocol

import anyio

from anynet._transport.loops.host_loop import Event, HostLoop
from anynet.testing._network.schedule import Key, Schedule

#: As ``select.epoll`` has them; numbers, since not every platform does.
IN, OUT, ERR, HUP, RDHUP, ONESHOT = 0x001, 0x004, 0x008, 0x010, 0x2000, 1 << 30


class Watcher(Protocol):
    """What is to hear of a change: a poller."""

    def changed(self) -> None: ...


class _Wait:
    """A task that waits, and why it was woken."""

    __slots__ = ("closed", "event")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.closed = False


class Pollable:
    """Something with a number that can become readable and writable."""

    def __init__(self, fd: int, schedule: Schedule, key: Key) -> None:
        self.fd: int = fd
        self.schedule: Schedule = schedule
        #: Where it stands among what happens at one instant.
        self.key: Key = key
        self.watchers: list[Watcher] = []
        self._reader: _Wait | None = None
        self._writer: _Wait | None = None

    def events(self) -> int:
        """What is ready now."""
        raise NotImplementedError

    def readable(self) -> bool:
        """Whether reading would not block."""
        return bool(self.events() & (IN | ERR | HUP))

    def writable(self) -> bool:
        """Whether writing would not block."""
        return bool(self.events() & (OUT | ERR | HUP))

    @property
    def awaits_writable(self) -> bool:
        """Whether somebody would be woken by becoming writable."""
        return self._writer is not None

    async def wait_readable(self, loop: HostLoop) -> None:
        """Wait until it is readable. Raises the closed error of ``loop`` once forgotten."""
        if self.readable():
            await loop.checkpoint()
            return
        self._reader = wait = _Wait(loop.new_event())
        try:
            await wait.event.wait()
        finally:
            if self._reader is wait:
                self._reader = None
        if wait.closed:
            raise anyio.ClosedResourceError

    async def wait_writable(self, loop: HostLoop) -> None:
        """The same for writing."""
        if self.writable():
            await loop.checkpoint()
            return
        self._writer = wait = _Wait(loop.new_event())
        self.expect_room()
        try:
            await wait.event.wait()
        finally:
            if self._writer is wait:
                self._writer = None
        if wait.closed:
            raise anyio.ClosedResourceError

    def expect_room(self) -> None:
        """A task begins to wait for room to write."""

    def changed(self) -> None:
        """Wake who waits for what is ready now: one, and the others soon."""
        reader, self._reader = self._reader, None
        if reader is not None:
            if self.readable():
                reader.event.set()
                self.schedule_others()
                return
            self._reader = reader
        writer, self._writer = self._writer, None
        if writer is not None:
            if self.writable():
                writer.event.set()
                self.schedule_others()
                return
            self._writer = writer
        for watcher in self.watchers:
            watcher.changed()

    def schedule_others(self) -> None:
        """One was woken: the others follow in the next instant."""
        if self._writer is not None or self.watchers:
            self.schedule.after(0, self.key, self.changed)

    def forget(self) -> None:
        """It is about to be closed: who waits gets the closed error."""
        for wait in (self._reader, self._writer):
            if wait is not None:
                wait.closed = True
                wait.event.set()
