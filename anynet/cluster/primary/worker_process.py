"""A worker, as its primary sees it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from typing import Any

import anyio

from anynet._rules.values.addresses import Address
from anynet.cluster.primary.protocol import WorkerState
from anynet.cluster.processes.exit import ending_signal
from anynet.cluster.wire.fd_handles import Sendable
from anynet.cluster.wire.link import Link, Mailbox


class WorkerProcess:
    """A worker's process and the channel to it. Only a primary makes these."""

    def __init__(
        self,
        number: int,
        process: subprocess.Popen[bytes],
        state: WorkerState,
        on_disconnect: Callable[[], object],
    ) -> None:
        #: Counts the workers of this primary, from 1.
        self.id: int = number
        #: Which of the cluster's slots it fills, from 0; another worker fills it when this ends.
        self.slot: int | None = state.slot
        self.pid: int = process.pid
        #: The exit code once it has ended; None when a signal ended it.
        self.exit_code: int | None = None
        #: The signal that ended it.
        self.exit_signal: signal.Signals | int | None = None
        self._state = state
        self._on_disconnect = on_disconnect
        self.process = process
        self.mailbox: Mailbox = Mailbox()
        self.link: Link
        self.exited: anyio.Event = anyio.Event()
        self.changed: anyio.Event = anyio.Event()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where it listens."""
        return tuple(self._state.listening.values())

    @property
    def online(self) -> bool:
        """Whether it runs, and has connected to the primary."""
        return self._state.online and not self.dead

    @property
    def error(self) -> str | None:
        """What its program failed with, in a line."""
        return self._state.error

    @property
    def unusable(self) -> bool:
        """Whether its program cannot even be begun."""
        return self._state.unusable

    @property
    def has_begun(self) -> bool:
        """Whether its program has done what shows: it listened, or sent a message."""
        return self._state.has_begun

    @property
    def leaving(self) -> bool:
        """Whether it has begun to end by itself."""
        return self._state.leaving

    @property
    def ending(self) -> bool:
        """Whether the primary has asked it to end."""
        return self._state.ending

    @property
    def connected(self) -> bool:
        """Whether the channel is open."""
        return not self.link.closed.is_set()

    @property
    def dead(self) -> bool:
        """Whether the process has ended."""
        return self.exited.is_set()

    async def send(self, message: Any, handle: Sendable | None = None) -> None:
        """Send the worker a message that JSON can hold, and perhaps a handle.

        Returns when it has gone. Raises :exc:`TypeError` or :exc:`ValueError` for what cannot be
        sent, and :exc:`anyio.BrokenResourceError` when the worker is not connected any more.
        """
        await self.link.send(message, handle)

    def messages(self) -> Mailbox:
        """The messages of the worker: ``async for message, handle in worker.messages()``.

        They go to the events of the cluster instead while a stream of these is held.
        """
        return self.mailbox

    def kill(self, number: int = signal.SIGTERM) -> None:
        """Send the process a signal. Does nothing once it has ended."""
        self.process.send_signal(number)

    def disconnect(self) -> None:
        """Close the channel to the worker, which then ends when it has nothing left to do."""
        self._on_disconnect()
        self.link.close()

    async def wait(self) -> int | None:
        """Wait for its end; returns the exit code, None when a signal ended it."""
        await self.exited.wait()
        return self.exit_code

    def note_change(self) -> None:
        """Wake the tasks that wait for something about this worker."""
        self.changed.set()
        self.changed = anyio.Event()

    def note_exit(self, status: int) -> None:
        """The process has ended."""
        self.exit_signal = ending_signal(status)
        if self.exit_signal is None:
            self.exit_code = status
        self.exited.set()
        self.note_change()

    def __repr__(self) -> str:
        state = "dead" if self.dead else "online" if self.online else "starting"
        return f"<anynet worker {self.id} {state}, pid {self.pid}>"
