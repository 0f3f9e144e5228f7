"""A worker, as its primary sees it."""

from __future__ import annotations

import signal
import subprocess
from typing import Any

import anyio

from anynet._rules.values.addresses import Address
from anynet.cluster.wire.fd_handles import Sendable
from anynet.cluster.wire.link import Link, Mailbox


class WorkerProcess:
    """A worker's process and the channel to it. Only a primary makes these."""

    def __init__(self, number: int, slot: int | None, process: subprocess.Popen[bytes]) -> None:
        #: Counts the workers of this primary, from 1.
        self.id: int = number
        #: Which of the cluster's places it fills, from 0; another worker fills it when this ends.
        self.slot: int | None = slot
        self.pid: int = process.pid
        #: Where it listens.
        self.addresses: tuple[Address, ...] = ()
        #: Does it run, and has it connected to the primary?
        self.online: bool = False
        #: The exit code once it has ended; None when a signal ended it.
        self.exit_code: int | None = None
        #: The signal that ended it.
        self.exit_signal: signal.Signals | int | None = None
        #: What its program failed with, in a line.
        self.error: str | None = None
        #: Can its program not even be begun?
        self.unusable: bool = False
        #: Has it begun to end by itself?
        self.leaving: bool = False
        #: Has the primary asked it to end?
        self.ending: bool = False
        self.process = process
        self.mailbox: Mailbox = Mailbox()
        self.link: Link
        self.exited: anyio.Event = anyio.Event()
        self.changed: anyio.Event = anyio.Event()

    @property
    def connected(self) -> bool:
        """Is the channel open?"""
        return not self.link.closed.is_set()

    @property
    def dead(self) -> bool:
        """Has the process ended?"""
        return self.exited.is_set()

    async def send(self, message: Any, handle: Sendable | None = None) -> None:
        """Send the worker a message that JSON can hold, and perhaps a handle.

        Returns when it has gone. Raises :exc:`TypeError` or :exc:`ValueError` for what cannot be
        sent, and :exc:`anyio.BrokenResourceError` when the worker is not connected any more.
        """
        await self.link.send(message, handle)

    def messages(self) -> Mailbox:
        """The messages of the worker: ``async for message, handle in worker.messages()``.

        They go to the events of the cluster instead while somebody iterates over these.
        """
        return self.mailbox

    def kill(self, number: int = signal.SIGTERM) -> None:
        """Send the process a signal. Does nothing once it has ended."""
        self.process.send_signal(number)

    def disconnect(self) -> None:
        """Close the channel to the worker, which then ends when it has nothing left to do."""
        self.ending = True
        self.link.close()

    async def wait(self) -> int | None:
        """Wait for its end; returns the exit code, None when a signal ended it."""
        await self.exited.wait()
        return self.exit_code

    def stopped_listening(self, address: Address) -> None:
        """The worker has closed what listened there."""
        if address in self.addresses:
            index = self.addresses.index(address)
            self.addresses = self.addresses[:index] + self.addresses[index + 1 :]
            self.note_change()

    def note_change(self) -> None:
        """Wake whoever waits for something about this worker."""
        self.changed.set()
        self.changed = anyio.Event()

    def note_exit(self, status: int) -> None:
        """The process has ended."""
        if status < 0:
            self.exit_signal = _signal(-status)
        else:
            self.exit_code = status
        self.online = False
        self.exited.set()
        self.note_change()

    def __repr__(self) -> str:
        state = "dead" if self.dead else "online" if self.online else "starting"
        return f"<anynet worker {self.id} {state}, pid {self.pid}>"


def _signal(number: int) -> signal.Signals | int:
    try:
        return signal.Signals(number)
    except ValueError:
        return number
