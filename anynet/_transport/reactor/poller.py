"""What a reactor polls: epoll, or kqueue with epoll's manners where there is no epoll."""

from __future__ import annotations

import select
from typing import Any, Protocol

# The numbers of epoll on Linux, which this module also uses to speak for kqueue.
READABLE = 0x001
URGENT = 0x002
WRITABLE = 0x004
ERROR = 0x008
HANGUP = 0x010
PEER_ENDED = 0x2000
EDGE_TRIGGERED = 1 << 31

#: There may be something to read, or to learn by reading; the same for writing.
READ_EVENTS = READABLE | URGENT | PEER_ENDED | HANGUP | ERROR
WRITE_EVENTS = WRITABLE | HANGUP | ERROR


#: The module again, where it has kqueue's names: type checkers know only this platform's.
_bsd: Any = select


class Poller(Protocol):
    """The part of :class:`select.epoll` that a reactor uses."""

    @property
    def closed(self) -> bool: ...

    def fileno(self) -> int: ...

    def close(self) -> None: ...

    def register(self, fd: int, eventmask: int, /) -> None: ...

    def modify(self, fd: int, eventmask: int, /) -> None: ...

    def unregister(self, fd: int, /) -> None: ...

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]: ...


class KqueuePoller:
    """A kqueue that behaves like an epoll: one mask for each descriptor.

    Adding a filter that is there already has the kernel look again, as EPOLL_CTL_MOD does.
    """

    def __init__(self, kqueue: Any = None) -> None:
        self._kqueue = kqueue if kqueue is not None else _bsd.kqueue()
        self._masks: dict[int, int] = {}

    @property
    def closed(self) -> bool:
        return bool(self._kqueue.closed)

    def fileno(self) -> int:
        return int(self._kqueue.fileno())

    def close(self) -> None:
        self._kqueue.close()

    def register(self, fd: int, eventmask: int, /) -> None:
        self._masks[fd] = 0
        self.modify(fd, eventmask)

    def modify(self, fd: int, eventmask: int, /) -> None:
        before, self._masks[fd] = self._masks[fd], eventmask
        how = _bsd.KQ_EV_ADD
        if eventmask & EDGE_TRIGGERED:
            how |= _bsd.KQ_EV_CLEAR
        changes = []
        for bit, kind in ((READABLE, _bsd.KQ_FILTER_READ), (WRITABLE, _bsd.KQ_FILTER_WRITE)):
            if eventmask & bit:
                changes.append(_bsd.kevent(fd, kind, how))
            elif before & bit:
                changes.append(_bsd.kevent(fd, kind, _bsd.KQ_EV_DELETE))
        self._kqueue.control(changes, 0, 0)

    def unregister(self, fd: int, /) -> None:
        self.modify(fd, 0)
        del self._masks[fd]

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        ready = []
        for event in self._kqueue.control(None, maxevents, timeout):
            mask = READABLE if event.filter == _bsd.KQ_FILTER_READ else WRITABLE
            if event.flags & _bsd.KQ_EV_EOF:
                mask |= PEER_ENDED if event.filter == _bsd.KQ_FILTER_READ else HANGUP
            ready.append((event.ident, mask))
        return ready


def can_poll() -> bool:
    """Whether this platform has a poller."""
    return hasattr(select, "epoll") or hasattr(select, "kqueue")


def new_poller() -> Poller:
    """The poller of this platform."""
    return select.epoll() if hasattr(select, "epoll") else KqueuePoller()
