"""The host loop of a simulated machine: the real one, but for the sockets that it waits for."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import trio
from anyio.abc import TaskGroup

from anynet._transport.loops.backends import Backend
from anynet._transport.loops.host_loop import HostLoop, Parkable, StartTask, Timer
from anynet.testing._network.endpoint import Endpoint
from anynet.testing._network.hosts import Machine
from anynet.testing._network.poller import Poller
from anynet.testing._network.simulated_socket import SimulatedSocket
from anynet.testing._network.world import World


class SimulatedLoop(HostLoop):
    """Waits for the sockets of one machine; whatever is no socket is the real loop's."""

    __slots__ = ("_base", "_machine", "_world")
    woken_by_close = anyio.ClosedResourceError
    internal_errors = (trio.TrioInternalError,)
    has_descriptors = False

    def __init__(self, base: HostLoop, world: World, machine: Machine) -> None:
        super().__init__()
        self._base = base
        self._world = world
        self._machine = machine
        self.current_task = base.current_task
        self.check = base.check
        self.checkpoint = base.checkpoint
        self.time = base.time
        self.new_event = base.new_event
        self.new_socket = self._new_socket
        self.wait_writable = self._wait_writable

    # -- sockets ----------------------------------------------------------------------------------

    def _new_socket(
        self,
        family: int = socket.AF_INET,
        kind: int = socket.SOCK_STREAM,
        proto: int = 0,
        fileno: int | None = None,
    ) -> SimulatedSocket:
        if fileno is not None:
            endpoint = self._world.pollables.get(fileno)
            return SimulatedSocket(endpoint if isinstance(endpoint, Endpoint) else None)
        if family not in (socket.AF_INET, socket.AF_INET6):
            raise NotImplementedError("a simulated network has no Unix sockets")
        return SimulatedSocket(Endpoint(self._world, self._machine, family))

    def _wait_writable(self, sock: socket.socket) -> Awaitable[None]:
        return self._world.pollables[sock.fileno()].wait_writable(self)

    def park_read(self, stream: Parkable) -> Awaitable[Any]:
        self.last_task = None
        stream.reader_patience = 1
        return self._world.pollables[stream.fd].wait_readable(self)

    def park_write(self, stream: Parkable) -> Awaitable[Any]:
        self.last_task = None
        stream.reader_patience = 1
        return self._world.pollables[stream.fd].wait_writable(self)

    def _forget(self, stream: Parkable) -> None:
        pollable = self._world.pollables.get(stream.fd)
        if pollable is not None:
            pollable.forget()

    def is_readable(self, fd: int) -> bool:
        return self._world.pollables[fd].readable()

    def is_writable(self, fd: int) -> bool:
        return self._world.pollables[fd].writable()

    def new_selector(self) -> Any:
        return Poller(self._world, self._machine.name)

    new_epoll = new_selector

    def watch(self, fd: int, callback: Callable[[], float | None]) -> Callable[[], None]:
        poller = self._world.pollables.get(fd)
        if isinstance(poller, Poller):
            return poller.watch(callback)
        return self._base.watch(fd, callback)

    # -- the real loop's --------------------------------------------------------------------------

    @property
    def backend(self) -> Backend:
        return self._base.backend

    async def yield_to_tasks(self) -> None:
        self.last_task = None
        await self._base.yield_to_tasks()

    def task_starter(self, tasks: TaskGroup, name: str) -> StartTask:
        return self._base.task_starter(tasks, name)

    def cancelled_from_outside(self, task: object) -> bool:
        return self._base.cancelled_from_outside(task)

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        return self._base.call_at(when, callback)

    def runs_here(self) -> bool:
        return self._base.runs_here()

    def stay_for_task(self) -> None:
        self._base.stay_for_task()  # This one is its network's.

    def is_current(self) -> bool:
        return self._base.is_current()

    def call_from_thread(self, callback: Callable[[], object]) -> bool:
        return self._base.call_from_thread(callback)
