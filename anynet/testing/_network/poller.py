"""What polls several sockets, in the place of an epoll and of a selector with a descriptor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from anynet.testing._network.pollable import ERR, HUP, IN, ONESHOT, Pollable
from anynet.testing._network.world import World


class Selected(NamedTuple):
    """What :class:`selectors.SelectorKey` is of a socket."""

    fd: int
    data: Any


class _Member:
    def __init__(self, pollable: Pollable, mask: int, data: Any) -> None:
        self.pollable = pollable
        self.mask = mask
        self.data = data

    def ready(self) -> int:
        return self.mask and self.pollable.events() & (self.mask | ERR | HUP)


class Poller(Pollable):
    """An epoll, and a selector as well: their methods differ in what they return."""

    def __init__(self, world: World, machine_name: str) -> None:
        super().__init__(world.next_number(), world.schedule, (machine_name, 0, "", 0))
        self._world = world
        self._members: dict[int, _Member] = {}
        self._callback: Callable[[], object] | None = None
        world.pollables[self.fd] = self

    def fileno(self) -> int:
        return self.fd

    def register(self, fd: int, mask: int, data: Any = None) -> None:
        pollable = self._world.pollables[fd]
        self._members[fd] = _Member(pollable, mask, data)
        pollable.watchers.append(self)
        self.changed()

    def modify(self, fd: int, mask: int) -> None:
        self._members[fd].mask = mask
        self.changed()

    def unregister(self, fd: int) -> None:
        self._members.pop(fd).pollable.watchers.remove(self)

    def watch(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back when something is ready, until what this returns is called."""
        self._callback = callback
        self.changed()
        return self._stop

    def _stop(self) -> None:
        self._callback = None

    def events(self) -> int:
        return IN if any(member.ready() for member in self._members.values()) else 0

    def changed(self) -> None:
        super().changed()
        if self._callback is not None and self.readable():
            self.schedule.after(0, self.key, self._call_back)

    def _call_back(self) -> None:
        if self._callback is not None and self.readable():
            self._callback()

    def poll(self, timeout: float = 0, max_events: int = -1) -> list[tuple[int, int]]:
        """As that of an epoll; it never waits."""
        found = []
        for fd, member in self._members.items():
            events = member.ready()
            if events:
                found.append((fd, events))
                if member.mask & ONESHOT:
                    member.mask = 0
        return found

    def select(self, timeout: float | None = None) -> list[tuple[Selected, int]]:
        """As that of a selector; it never waits."""
        return [
            (Selected(fd, member.data), events)
            for fd, member in self._members.items()
            if (events := member.ready())
        ]

    def close(self) -> None:
        for fd in [*self._members]:
            self.unregister(fd)
        self._world.pollables.pop(self.fd, None)
