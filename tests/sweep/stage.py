"""What a scenario plays on: its peers, its directory, and what happens while the loop is idle.

The world moves only when the event loop has nothing else to do. Then peers read what has arrived;
when there is nothing to read, the next act of the scenario's script is performed. So a scenario has
no races: every run takes the same steps and makes the same system calls.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio

import anynet
from tests.sweep.peers import FullListener, Peer, PlainListener, client_of

Act = Callable[[], object]


class Stage:
    """One run of a scenario; ``directory`` is empty and has to be so again afterwards."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        #: Set once the scenario has been cancelled: nothing may need the world any more.
        self.cancelled = False
        self.over = False
        self.faults: list[str] = []
        self._peers: list[Peer] = []
        self._listeners: list[PlainListener] = []
        self._full: list[FullListener] = []
        self._stale: dict[str, tuple[int, int] | None] = {}
        self._acts: deque[Act] = deque()
        self._awaited: list[tuple[Callable[[], Any], Act]] = []

    # -- for scenarios --------------------------------------------------------------------------

    def path(self, name: str) -> str:
        return str(self.directory / name)

    def act(self, *acts: Act) -> None:
        """Perform each of these, one at a time, when the loop is idle and nothing is to be read.

        An :exc:`OSError` of an act is that of a peer whose connection is gone.
        """
        self._acts.extend(acts)

    def listener(self, *args: Any, **options: Any) -> PlainListener:
        self._listeners.append(PlainListener(*args, **options))
        return self._listeners[-1]

    def full_listener(self, host: str, port: int) -> None:
        self._full.append(FullListener((host, port)))

    def client(self, address: Any, **options: Any) -> Peer:
        """A client of the server at ``address``: a path, a pair, or what anynet's servers have."""
        if isinstance(address, anynet.SocketAddress):
            address = address.address, address.port
        self._peers.append(client_of(address, **options))
        return self._peers[-1]

    def stale_path(self, name: str) -> str:
        """A Unix path that a server left which ended without cleaning up."""
        path = self.path(name)
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(path)
        self._stale[path] = _identity(path)
        return path

    def when(self, condition: Callable[[], Any], action: Act) -> None:
        """Call ``action`` once ``condition()`` is true; it is looked at when the loop is idle."""
        self._awaited.append((condition, action))

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until ``condition()`` is true."""
        if not condition():
            event = anyio.Event()
            self.when(condition, event.set)
            await event.wait()

    # -- for the sweeps -------------------------------------------------------------------------

    def _everyone(self) -> list[Peer | PlainListener]:
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

    def finish(self) -> list[str]:
        """See every connection to its end, and close everything. Returns what is wrong."""
        faults = [*self.faults]
        try:
            for listener in self._listeners:
                listener.pump()
            for one in self._everyone():
                if isinstance(one, Peer):
                    faults += one.finish()
        finally:
            for thing in [*self._everyone(), *self._full]:
                thing.close()
            for path, identity in self._stale.items():
                if _identity(path) == identity:
                    os.unlink(path)  # Nobody has replaced it; any other file there is a leak.
        return faults


def _identity(path: str) -> tuple[int, int] | None:
    """Which file it is: an inode may be used again, but not at the same time."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns
