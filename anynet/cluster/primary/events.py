"""What happens in a cluster: events that a primary reports about its workers."""

from __future__ import annotations

import signal
from typing import Any, TypeAlias

import attrs

from anynet._rules.values.addresses import Address
from anynet.cluster.primary.worker_process import WorkerProcess
from anynet.cluster.wire.fd_handles import Received


@attrs.frozen
class Fork:
    """A worker's process has been started."""

    worker: WorkerProcess


@attrs.frozen
class Online:
    """A worker runs, and has connected to the primary."""

    worker: WorkerProcess


@attrs.frozen
class Listening:
    """A worker listens at these addresses."""

    worker: WorkerProcess
    addresses: tuple[Address, ...]


@attrs.frozen
class Message:
    """A worker sent a message, and perhaps a handle, which belongs to the reader of this event."""

    worker: WorkerProcess
    message: Any
    handle: Received | None = None


@attrs.frozen
class Disconnect:
    """The channel to a worker was closed: mostly since it ends."""

    worker: WorkerProcess


@attrs.frozen(kw_only=True)
class Exit:
    """A worker's process has ended.

    - ``worker``: the worker.
    - ``code``: the exit code; None when a signal ended it.
    - ``signal``: the signal that ended it, if one did.
    - ``error``: what its program failed with, in a line, if it said so.
    - ``expected``: whether the primary had asked for it.
    """

    worker: WorkerProcess
    code: int | None
    signal: signal.Signals | int | None
    error: str | None
    expected: bool


ClusterEvent: TypeAlias = Fork | Online | Listening | Message | Disconnect | Exit
