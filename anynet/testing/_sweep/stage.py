"""What a scenario plays on: its peers, its directory, and what happens while the loop is idle."""

from __future__ import annotations

import os
import socket
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import anyio

from anynet import SocketAddress
from anynet.testing._sweep.peers import (
    FullListener,
    Peer,
    PeerListener,
    PeerRecord,
    Split,
    client_of,
)

Act: TypeAlias = Callable[[], object]


class Stage:
    """The world of one run of a scenario: its peers, its directory, and what they do when.

    The world moves only when the event loop has nothing else to do. Then peers read what has
    arrived; when there is nothing to read, the next act of the script is performed. So a scenario
    has no races: every run takes the same steps and makes the same system calls.

    ``directory`` is empty when the scenario begins, and has to be so again when it has ended.
    ``cancelled`` is set once the scenario has been cancelled, ``over`` once it has ended.
    ``patience`` and ``split`` are the options of :func:`cancel_everywhere`.
    """

    def __init__(self, directory: Path, *, patience: float, split: Split) -> None:
        self.directory: Path = directory
        self.patience: float = patience
        self.split: Split = split
        self.cancelled: bool = False
        self.over: bool = False
        self.faults: list[str] = []
        self._peers: list[Peer] = []
        self._listeners: list[PeerListener] = []
        self._full: list[FullListener] = []
        self._stale: dict[str, tuple[int, int] | None] = {}
        self._acts: deque[Act] = deque()
        self._awaited: list[tuple[Callable[[], object], Act]] = []

    # -- for scenarios --------------------------------------------------------------------------

    def path(self, name: str) -> str:
        """A path in the directory of this run, short enough for a Unix socket."""
        return str(self.directory / name)

    def act(self, *acts: Act) -> None:
        """Perform each of these, one at a time, when the loop is idle and nothing is to be read.

        An :exc:`OSError` of an act is that of a peer whose connection is gone, and is ignored.
        """
        self._acts.extend(acts)

    def listener(
        self,
        address: str | tuple[str, int] = ("127.0.0.1", 0),
        *,
        backlog: int = 16,
        tls: ssl.SSLContext | None = None,
        receive_buffer: int | None = None,
        reading: bool = True,
    ) -> PeerListener:
        """A peer that listens, at a path or a host and port, for the scenario to connect to.

        ``tls`` is the server's context. ``receive_buffer`` sets ``SO_RCVBUF``, in bytes. With
        ``reading=False`` its connections read only after ``read_on``.
        """
        listener = PeerListener(
            address,
            backlog=backlog,
            tls=tls,
            receive_buffer=receive_buffer,
            reading=reading,
            split=self.split,
        )
        self._listeners.append(listener)
        return listener

    def full_listener(self, host: str, port: int) -> None:
        """Have connections to this address wait, as if there were no machine: Linux alone."""
        self._full.append(FullListener((host, port)))

    def client(
        self,
        address: str | tuple[str, int] | SocketAddress,
        *,
        local: tuple[str, int] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> Peer:
        """A peer that is connected to the scenario's server at ``address``.

        It is connected by the kernel, before the server accepts it, from the address ``local``.
        ``tls`` is the client's context.
        """
        if isinstance(address, SocketAddress):
            address = address.address, address.port
        peer = client_of(address, local=local, tls=tls, split=self.split)
        self._peers.append(peer)
        return peer

    def stale_path(self, name: str) -> str:
        """A Unix path that a server left which ended without cleaning up."""
        path = self.path(name)
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(path)
        self._stale[path] = _identity(path)
        return path

    def when(self, condition: Callable[[], object], action: Act) -> None:
        """Call ``action`` once ``condition()`` is true; it is looked at when the loop is idle."""
        self._awaited.append((condition, action))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until ``condition()`` is true; it is looked at when the loop is idle."""
        if not condition():
            event = anyio.Event()
            self.when(condition, event.set)
            await event.wait()

    # -- for the sweeps -------------------------------------------------------------------------

    def _everyone(self) -> list[Peer | PeerListener]:
        peers = [peer for listener in self._listeners for peer in listener.peers]
        return [*self._listeners, *self._peers, *peers]

    def busy(self) -> bool:
        """Whether there is anything to do when the loop is idle."""
        if self.over:
            return False
        return bool(
            self._acts
            or (self.cancelled and not self.faults)
            or any(one.ready() for one in self._everyone())
            or any(condition() for condition, _ in self._awaited)
        )

    def idle(self) -> None:
        """The loop is idle: let the world go on by one step."""
        if self.over:
            return
        if self.cancelled and not self.faults:
            self.faults.append("it went on waiting after the cancellation")
        moved = [one.pump() for one in self._everyone()]
        if not any(moved) and self._acts:
            try:
                self._acts.popleft()()
            except OSError:
                pass
        for waiting in list(self._awaited):
            condition, action = waiting
            if condition():
                self._awaited.remove(waiting)
                action()

    def finish(self) -> tuple[list[str], tuple[PeerRecord, ...]]:
        """See every connection to its end, and close everything.

        Returns what is wrong, and what the peers saw.
        """
        faults, records = [*self.faults], []
        try:
            for listener in self._listeners:
                listener.pump()
            for one in self._everyone():
                if isinstance(one, Peer):
                    faults += one.finish(self.patience)
                    records.append(one.record)
        finally:
            for thing in [*self._everyone(), *self._full]:
                thing.close()
            for path, identity in self._stale.items():
                if _identity(path) == identity:
                    os.unlink(path)  # Nobody has replaced it; any other file there is a leak.
        return faults, tuple(records)


#: A scenario: one run of the program that is examined, in the world of ``Stage``.
Scenario: TypeAlias = Callable[[Stage], Awaitable[object]]


def _identity(path: str) -> tuple[int, int] | None:
    """Which file it is: an inode may be used again, but not at the same time."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns
