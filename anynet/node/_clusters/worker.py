"""``Worker``: a process of a cluster, as its primary and as it itself sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from anynet.cluster.distribution.listening_points import ListeningPoints
from anynet.node._emitters.emitter import EventEmitter, EventName
from anynet.node._loop.fitting import Counts
from anynet.node._processes.child_process import ChildProcess
from anynet.node._processes.ipc_endpoint import IpcEndpoint
from anynet.node._processes.messages import Disconnect

if TYPE_CHECKING:
    from collections.abc import Callable


class Worker(EventEmitter):
    """One worker of a cluster. Emits ``online``, ``listening``, ``message``, ``disconnect``,
    ``exit`` and ``error``.

    In the primary, ``process`` is its child process; in the worker itself it is
    :data:`anynet.node.process`.
    """

    __slots__ = ("exitedAfterDisconnect", "id", "process")

    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        **IpcEndpoint.event_arguments,
        "exit": (2, 2),
        "listening": (1, 1),
        "online": (0, 0),
    }

    process: Any

    def __init__(self, number: int, process: IpcEndpoint) -> None:
        super().__init__()
        #: Counts the workers, from 1.
        self.id: int = number
        self.process = process
        #: Whether it has ended because that was asked for. None as long as it has not ended.
        self.exitedAfterDisconnect: bool | None = None
        process.on("error", lambda error: self.emit("error", error))
        process.on("message", lambda *values: self.emit("message", *values))

    def send(self, *args: Any) -> bool:
        """``send(message[, handle[, options]][, callback])``, to the worker or to the primary.

        See :meth:`IpcEndpoint.send`.
        """
        return bool(self.process.send(*args))

    def isConnected(self) -> bool:
        """Whether the channel between the worker and its primary is open."""
        return bool(self.process.connected)

    def isDead(self) -> bool:
        """Whether its process has ended."""
        return False

    def kill(self, signal: str | int = "SIGTERM") -> None:
        """In the primary: send it a signal. In the worker: disconnect it, and end with status 0."""
        raise NotImplementedError

    def destroy(self, signal: str | int = "SIGTERM") -> None:
        """The same as :meth:`kill`."""
        self.kill(signal)

    def disconnect(self) -> Self:
        """Have it close its servers, wait for their ``close`` and close the channel.

        It ends then, if nothing else keeps it running. Returns the worker.
        """
        raise NotImplementedError


class ForkedWorker(Worker):
    """A worker, in the primary."""

    __slots__ = ("_points", "_remove")

    process: ChildProcess

    def __init__(
        self,
        number: int,
        process: ChildProcess,
        points: ListeningPoints,
        remove: Callable[[int], object],
    ) -> None:
        super().__init__(number, process)
        self.exitedAfterDisconnect: bool | None = None
        self._points = points
        self._remove = remove

    def isDead(self) -> bool:
        return self.process.exitCode is not None or self.process.signalCode is not None

    def kill(self, signal: str | int = "SIGTERM") -> None:
        self.process.kill(signal)

    def disconnect(self) -> Self:
        self.exitedAfterDisconnect = True
        self.process.post(Disconnect())
        self._points.retire(self.id)
        self._remove(self.id)
        return self
