"""The descriptors that a reactor watches, and what is called when one is ready.

Rules that live here:

* A stream is registered once, for every edge; asking again raises the edge of one that is ready. A
  listening socket, and what is read a piece at a time, is reported as long as it is ready.
* A connected stream has room to send, which would be its first edge, and a turn for nothing. Where
  nothing waits for that, the edges of room begin when it is first asked again.
* A forked child closes its copy of the epoll and touches nothing in it: the kernel's is that of its
  parent.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable

from anynet._transport.reactor.poller import (
    EDGE_TRIGGERED,
    PEER_ENDED,
    READABLE,
    URGENT,
    WRITABLE,
    new_poller,
)

_READING = READABLE | URGENT | PEER_ENDED | EDGE_TRIGGERED
_STREAM = _READING | WRITABLE

_all: weakref.WeakSet[Registrations] = weakref.WeakSet()


class Registrations:
    """The epoll (kqueue) of a reactor."""

    __slots__ = ("__weakref__", "_callbacks", "_poller")
    # For the host loop: it may park with something left. (Leaving out the event that asyncio has of
    # what is done by now saves a turn, but mostly the answer to that is there by then, which
    # would wait for another poll: tried, a connect and a round trip took 2 and 10 % more.)
    reader_woken: bool | None = None

    def __init__(self) -> None:
        self._poller = new_poller()
        self._callbacks: dict[int, Callable[[int], object]] = {}
        _all.add(self)

    def register(self, fd: int, callback: Callable[[int], object]) -> None:
        """Call back with the events of a connected stream socket, each edge once.

        Those of room to send come only from the first :meth:`rearm` on.
        """
        self._poller.register(fd, _READING)
        self._callbacks[fd] = callback

    def register_with_room(self, fd: int, callback: Callable[[int], object]) -> None:
        """The same, with the edges of room to send from the beginning, as a connect needs them."""
        self._poller.register(fd, _STREAM)
        self._callbacks[fd] = callback

    def take_over(self, fd: int, callback: Callable[[int], object]) -> None:
        """Call back with the events of a stream socket that is registered, from the next one on."""
        self._callbacks[fd] = callback

    def register_listener(self, fd: int, callback: Callable[[int], object]) -> None:
        """Call back as long as the listening socket ``fd`` is ready."""
        self._poller.register(fd, READABLE)
        self._callbacks[fd] = callback

    def rearm(self, fd: int) -> None:
        """Have the events of a stream that is ready raised again."""
        self._poller.modify(fd, _STREAM)

    def arm_listener(self, fd: int) -> None:
        """Call back for a listening socket again."""
        self._poller.modify(fd, READABLE)

    def disarm(self, fd: int) -> None:
        """Don't call back for ``fd`` for now."""
        self._poller.modify(fd, 0)

    def unregister(self, fd: int) -> None:
        """Never call back for ``fd`` again. To be called before it is closed or given away."""
        # A forked child has no poller: that of its parent must stay as it is.
        if self._callbacks.pop(fd, None) is not None and not self._poller.closed:
            self._poller.unregister(fd)

    def close_poller(self) -> None:
        """Close the epoll alone, as a forked child does with its copy."""
        self._poller.close()


def _after_fork_in_child() -> None:
    for registrations in list(_all):
        registrations.close_poller()


os.register_at_fork(after_in_child=_after_fork_in_child)
