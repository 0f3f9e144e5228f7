"""Knowing that a peer left without reading from it: one nested epoll for each event loop.

A readable descriptor says nothing while unread data lies before the end-of-stream, so the watch
asks the kernel for EPOLLRDHUP alone (EPOLLHUP and EPOLLERR come unasked). The epoll exists while a
stream is watched.
"""

from __future__ import annotations

import os
import select
import weakref
from collections.abc import Callable
from typing import Any, Protocol

import anyio

from anynet._transport.loops.host_loop import HostLoop, Parkable
from anynet._transport.streams.stream_base import StreamBase

_MAX_EVENTS = 256


def can_watch() -> bool:
    """Whether this platform can tell that a peer left."""
    return hasattr(select, "EPOLLRDHUP")


class Watchable(Parkable, Protocol):
    """A stream with a descriptor that remembers whether it is watched."""

    watched: bool


class PeerWatch:
    """Calls back when the peer of a stream ends or resets it. Get it with :meth:`of`."""

    _of_host: weakref.WeakKeyDictionary[HostLoop, PeerWatch] = weakref.WeakKeyDictionary()

    def __init__(self) -> None:
        self._epoll: Any = None
        self._stop: Callable[[], None] | None = None
        self._watches: dict[int, list[Callable[[bool], object]]] = {}
        self._pid = os.getpid()

    @classmethod
    def of(cls, host: HostLoop) -> PeerWatch:
        """The watch of an event loop."""
        watch = cls._of_host.get(host)
        if watch is None:
            watch = cls._of_host[host] = cls()
        return watch

    def add(
        self,
        host: HostLoop,
        stream: Watchable,
        notify: Callable[[bool], object],
    ) -> Callable[[], None]:
        """Call ``notify(True)`` once when the peer left; ``notify(False)`` if we close first.

        An end-of-stream counts as leaving, and so does a reset. Returns a function that ends the
        watch. Raises :exc:`OSError` where the system watches no more descriptors.
        """
        if not can_watch():
            raise NotImplementedError("noticing that the peer left needs Linux' EPOLLRDHUP")
        if self._epoll is None:
            self._open(host)
        if not stream.watched:
            try:
                self._epoll.register(stream.fd, select.EPOLLRDHUP | select.EPOLLONESHOT)
            except BaseException:
                self._close_if_unused()
                raise
            self._watches[stream.fd] = []
            stream.watched = True
        # Once the peer has left that stays so, but the single shot may have been spent already.
        self._epoll.modify(stream.fd, select.EPOLLRDHUP | select.EPOLLONESHOT)
        self._watches[stream.fd].append(notify)
        return lambda: self._remove(stream, notify)

    def _open(self, host: HostLoop) -> None:
        epoll = host.new_epoll()
        try:
            self._stop = host.watch(epoll.fileno(), self._on_ready)
        except BaseException:
            epoll.close()
            raise
        self._epoll = epoll

    def forget(self, stream: Watchable) -> None:
        """``stream`` is about to be closed: end its watches and notify them of that."""
        stream.watched = False
        watches = self._watches.pop(stream.fd)
        if os.getpid() == self._pid:  # A forked child shares the epoll with its parent.
            self._epoll.unregister(stream.fd)
            self._close_if_unused()
        for notify in watches:
            notify(False)

    def _remove(self, stream: Watchable, notify: Callable[[bool], object]) -> None:
        watches = self._watches.get(stream.fd, [])
        if stream.watched and notify in watches:
            watches.remove(notify)
            if not watches:
                self.forget(stream)

    def _on_ready(self) -> None:
        for fd, _ in self._epoll.poll(0, _MAX_EVENTS):
            # A callback may close streams of this batch, and so end their watches.
            for notify in self._watches.get(fd, []).copy():
                notify(True)
            if self._epoll is None:
                return

    def _close_if_unused(self) -> None:
        """Close the epoll when no stream is watched any more."""
        if not self._watches and self._stop is not None:
            self._stop()
            self._epoll.close()
            self._epoll = self._stop = None


async def wait_peer_left(stream: StreamBase, watched: Watchable) -> None:
    """Wait until the peer of ``watched`` has left; nothing is read.

    Raises the closed error of ``stream`` when this side closes meanwhile.
    """
    if stream.closed:
        raise stream.state.closed_error()
    await stream.host.check()
    left = anyio.Event()
    remove = PeerWatch.of(stream.host).add(stream.host, watched, lambda _: left.set())
    try:
        await left.wait()
    finally:
        remove()
    if stream.closed:
        raise stream.state.closed_error()
