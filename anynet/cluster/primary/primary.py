"""The primary: starts workers, listens for them, and hears what becomes of them."""

from __future__ import annotations

import os
import signal
import socket
import weakref
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

import anyio
from anyio.abc import TaskGroup

from anynet._rules.checks import check_choice
from anynet._rules.values.errors import leaves
from anynet.cluster.distribution.listening_points import (
    POLICIES,
    ListeningPoint,
    ListeningPoints,
    Policy,
)
from anynet.cluster.primary.events import (
    ClusterEvent,
    Disconnect,
    Exit,
    Fork,
    Listening,
    Message,
    Online,
)
from anynet.cluster.primary.worker_process import WorkerProcess
from anynet.cluster.processes.exit import wait_for_exit
from anynet.cluster.processes.start import start_process
from anynet.cluster.settings.settings import WorkerSettings
from anynet.cluster.wire.channel import Arrival, Channel, close_all
from anynet.cluster.wire.codecs import describe_error, options_from_json
from anynet.cluster.wire.frames import ChannelError
from anynet.cluster.wire.link import Link, Mailbox

#: Seconds that a worker has to take the connections that are under way to it.
_HANDOVER = 1.0
#: Seconds that a worker has beyond its grace period, before it is killed.
_SLACK = 3.0


class Primary:
    """Starts processes as workers, in a nursery. :class:`Cluster` keeps a number of them alive.

    ``policy`` is how connections get to the workers. ``on_event`` is called with each event.
    With ``keep_listening`` an address stays open when its last worker dies, for the next worker
    that fills the same slot. Leaving the block kills all workers that are left, and waits for them.
    """

    def __init__(
        self,
        *,
        policy: Policy = "round_robin",
        keep_listening: bool = True,
        on_event: Callable[[ClusterEvent], object] | None = None,
    ) -> None:
        self.policy: Policy = check_choice("policy", policy, POLICIES)
        self.on_event = on_event
        #: Does somebody want the messages as events?
        self.tell_messages = False
        self.workers: dict[int, WorkerProcess] = {}
        self._keep_listening = keep_listening
        self._count = 0
        self._tasks: TaskGroup | None = None
        self._lifeline = (-1, -1)
        self._mailboxes: weakref.WeakSet[Mailbox] = weakref.WeakSet()
        self.places: ListeningPoints

    # -- the block ------------------------------------------------------------------------------

    async def __aenter__(self) -> Primary:
        if self._tasks is not None:
            raise RuntimeError("it can be entered only once")
        self._lifeline = os.pipe()
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self.places = ListeningPoints(self.policy, self._tasks, keep=self._keep_listening)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        tasks = self.tasks
        self.kill_all()
        if exc_value is not None:
            tasks.cancel_scope.cancel()
        try:
            await tasks.__aexit__(exc_type, exc_value, traceback)
        except BaseExceptionGroup as group:
            alone = list(leaves(group))
            if len(alone) == 1:
                raise alone[0] from None
            raise
        finally:
            self.places.close()
            close_all(self._lifeline)
            for mailbox in self._mailboxes:
                mailbox.close()

    @property
    def tasks(self) -> TaskGroup:
        """The nursery of all that belongs to this primary."""
        if self._tasks is None:
            raise RuntimeError("use it as `async with`")
        return self._tasks

    def kill_all(self) -> None:
        """Stop listening, and kill all workers."""
        self.places.close()
        for worker in self.workers.values():
            worker.ending = True
            worker.kill(signal.SIGKILL)

    # -- workers --------------------------------------------------------------------------------

    def fork(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        slot: int | None = None,
        cwd: str | None = None,
        extra: Any = None,
    ) -> WorkerProcess:
        """Start a process as a worker: ``command`` runs :func:`anynet.cluster.attach` in it.

        ``env`` is added to the environment; ``extra``, which JSON can hold, is for the worker's
        settings. Raises :exc:`OSError` when the process cannot be started. It takes some
        milliseconds, and does not wait for the worker.
        """
        tasks = self.tasks
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        number = self._count + 1
        with theirs:
            settings = WorkerSettings(
                control=theirs.fileno(), lifeline=self._lifeline[0], id=number, extra=extra
            )
            environment = {**(env or {}), **settings.to_environment()}
            fds = (settings.control, settings.lifeline)
            try:
                process = start_process(command, environment, fds, cwd)
            except BaseException:
                ours.close()
                raise
        self._count = number
        worker = self.workers[number] = WorkerProcess(number, slot, process)

        async def on_arrival(kind: str, arguments: list[Any], arrival: Arrival) -> None:
            await self._on_arrival(worker, kind, arguments, arrival)

        self._mailboxes.add(worker.mailbox)
        worker.link = Link(Channel.from_fd(ours), on_arrival)
        self._tell(Fork(worker))
        tasks.start_soon(self._look_after, worker, name=f"anynet worker {number}")
        return worker

    async def _look_after(self, worker: WorkerProcess) -> None:
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._run_link, worker)
                status = await wait_for_exit(worker.process)
                self._gone(worker)
                with anyio.move_on_after(_HANDOVER):
                    await worker.link.closed.wait()  # Its last words are still to be read.
                tasks.cancel_scope.cancel()
        finally:
            worker.kill(signal.SIGKILL)
            status = worker.process.wait()
            self._gone(worker)
            worker.link.close()
            worker.mailbox.end()
            del self.workers[worker.id]
            worker.note_exit(status)
        self._tell(
            Exit(
                worker=worker,
                code=worker.exit_code,
                signal=worker.exit_signal,
                error=worker.error,
                expected=worker.ending,
            )
        )

    async def _run_link(self, worker: WorkerProcess) -> None:
        await worker.link.run()
        worker.note_change()
        self._tell(Disconnect(worker))

    def _gone(self, worker: WorkerProcess) -> None:
        self.places.worker_gone(worker.id, None if worker.ending else worker.slot)

    async def drain(self, worker: WorkerProcess, grace: float) -> None:
        """Have a worker stop listening, let its connections finish, and end.

        It gets ``grace`` seconds for that, and is killed some seconds later if it still runs.
        """
        worker.ending = True
        places = self.places.of_worker(worker.id)
        for place in places:
            place.retire(worker.id)
        try:
            with anyio.move_on_after(_HANDOVER):
                for place in places:
                    await place.wait_taken(worker.id)
        finally:  # It gets no more connections, so it has to end, whatever becomes of our caller.
            worker.link.post("drain", None if grace == float("inf") else grace)
        with anyio.move_on_after(grace + _SLACK):
            await worker.exited.wait()
        if not worker.dead:
            worker.kill(signal.SIGKILL)
            await worker.exited.wait()

    # -- what workers say -----------------------------------------------------------------------

    async def _on_arrival(
        self, worker: WorkerProcess, kind: str, arguments: list[Any], arrival: Arrival
    ) -> None:
        if kind == "message":
            await self._on_message(worker, arguments, arrival)
            return
        close_all(arrival.fds)  # Only messages come with some.
        match kind, arguments:
            case "online", []:
                worker.online = True
                self._tell(Online(worker))
                worker.note_change()
            case "listen", [int(request), dict(options), int(index)]:
                self.tasks.start_soon(self._listen, worker, request, options, index)
            case "listening", [int(number)]:
                self._listening(worker, number)
            case "close", [int(number), int(index)]:
                place = self.places.find(number)
                if place is not None and 0 <= index < len(place.listeners):
                    worker.stopped_listening(place.listeners[index].address)
                    successor = worker.slot if worker.leaving and not worker.ending else None
                    self.places.leave(
                        place, worker.id, index, ending=worker.ending, successor=successor
                    )
            case "leaving", []:
                worker.leaving = True
            case "failed", [str(error), bool(unusable)]:
                worker.error, worker.unusable = error, unusable
            case _:
                raise ChannelError(f"worker {worker.id} sent what makes no sense: {kind}")

    async def _on_message(
        self, worker: WorkerProcess, arguments: list[Any], arrival: Arrival
    ) -> None:
        handle = arrival.handle()
        message = arguments[0] if arguments else None
        if self.tell_messages:
            self._tell(Message(worker, message, handle))
        else:
            await worker.mailbox.put(message, handle)

    async def _listen(
        self, worker: WorkerProcess, request: int, values: dict[str, Any], index: int
    ) -> None:
        link = worker.link
        place: ListeningPoint | None = None
        try:
            place = await self.places.open(options_from_json(values), index)
            if worker.dead or not worker.connected:
                self.places.close_unused(place)
                return
            offer = place.offer(worker.id, worker.slot or 0)
        except (OSError, ValueError, TypeError, NotImplementedError) as error:
            if place is not None:
                self.places.close_unused(place)
            link.post("refused", request, *describe_error(error))
            return
        self.places.take(place, worker.id, worker.slot)

        def close_ours() -> None:
            for sock in offer.ours:
                sock.close()

        what = (request, offer.kind, place.number, place.files)
        link.post("opened", *what, fds=offer.fds, then=close_ours)

    def _listening(self, worker: WorkerProcess, number: int) -> None:
        place = self.places.find(number)
        if place is not None and worker.id in place.holders:
            if not worker.ending:
                place.activate(worker.id)
            worker.addresses += place.addresses
            self._tell(Listening(worker, place.addresses))
            worker.note_change()

    def _tell(self, event: ClusterEvent) -> None:
        if self.on_event is not None:
            self.on_event(event)
