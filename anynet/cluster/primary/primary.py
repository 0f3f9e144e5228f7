"""The primary: starts workers, listens for them, and reports what becomes of them.

What a worker's messages mean is for :class:`PrimaryProtocol` to say; here it is done. Each worker
has a task that waits for its end and one that reads its channel. When the process has ended the
channel is read to its end before the worker is said to be gone: a program that fails says so last.
"""

from __future__ import annotations

import os
import signal
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from anynet._rules.checks import check_choice
from anynet._rules.values.errors import leaves
from anynet._transport.listening.open import open_listeners
from anynet.cluster.distribution.listening_points import (
    POLICIES,
    ListeningPoint,
    ListeningPoints,
    Policy,
    ReusePortPoint,
    RoundRobinPoint,
)
from anynet.cluster.primary.event_stream import EventStreams
from anynet.cluster.primary.events import (
    ClusterEvent,
    Disconnect,
    Exit,
    Fork,
    Listening,
    Message,
    Online,
)
from anynet.cluster.primary.protocol import (
    CameOnline,
    Changed,
    Deliver,
    Drop,
    Listens,
    PrimaryProtocol,
)
from anynet.cluster.primary.worker_process import WorkerProcess
from anynet.cluster.processes.exit import wait_for_exit
from anynet.cluster.processes.start import Started, start_process
from anynet.cluster.settings.programs import WORKER_VARIABLE, check_not_importing
from anynet.cluster.wire.fd_handles import handle_of
from anynet.cluster.wire.frame_socket import Finished
from anynet.cluster.wire.frames import ChannelError, close_all, encode_frame
from anynet.cluster.wire.link import Link, Mailbox
from anynet.cluster.wire.listen_options import options_from_json, options_to_json
from anynet.cluster.wire.messages import CODEC, Drain, Opened, Received, Refused, Setup
from anynet.cluster.wire.messages import Message as WireMessage

#: Seconds that a worker has to take the connections that are under way to it, and that what it
#: said last has to be read once it has died.
HANDOVER_TIMEOUT = 1.0
#: Seconds that a worker has beyond its grace period, before it is killed.
KILL_MARGIN = 3.0


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
        #: Get the messages, as long as somebody holds one; else it is the mailbox of the worker.
        self.event_streams: EventStreams = EventStreams()
        self.workers: dict[int, WorkerProcess] = {}
        self._protocol = PrimaryProtocol(keep=keep_listening)
        self._tasks: TaskGroup | None = None
        #: The workers watch the first, whose other end only this process has.
        self._watch = (-1, -1)
        self._mailboxes: weakref.WeakSet[Mailbox] = weakref.WeakSet()
        #: Where it begins to listen just now.
        self._openings: dict[int, anyio.CancelScope] = {}
        self.points: ListeningPoints

    # -- the block ------------------------------------------------------------------------------

    async def __aenter__(self) -> Primary:
        if self._tasks is not None:
            raise RuntimeError("it can be entered only once")
        check_not_importing()
        self._watch = os.pipe()
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self.points = ListeningPoints(
            self._protocol.points,
            start_soon=self._tasks.start_soon,
            post=self._post,
            open_point=self._open_point,
        )
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
            # The body may raise what a task has raised: both waited for the same thing.
            if all(each is alone[0] for each in alone):
                raise alone[0] from None
            raise
        finally:
            self.points.close()
            close_all(self._watch)
            for mailbox in self._mailboxes:
                mailbox.close()

    @property
    def tasks(self) -> TaskGroup:
        """The nursery of all that belongs to this primary."""
        if self._tasks is None:
            raise RuntimeError("use it as `async with`")
        return self._tasks

    def stop_listening(self) -> None:
        """Refuse every request to listen from now on.

        Where workers listen they may go on; where none does, the address closes at once, and none
        is kept open for a worker to come.
        """
        self.points.stop()
        self._cancel_openings()

    def _cancel_openings(self) -> None:
        for scope in self._openings.values():
            scope.cancel()

    def listens(self, worker: WorkerProcess) -> bool:
        """Whether a worker listens somewhere, or has got what it takes to."""
        return bool(self._protocol.points.points_of(worker.id))

    def kill_all(self) -> None:
        """Stop listening, and kill all workers."""
        self.points.close()
        self._cancel_openings()
        for worker in self.workers.values():
            self.kill(worker)

    def kill(self, worker: WorkerProcess) -> None:
        """Kill a worker."""
        self._protocol.end(worker.id)
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
        blocked_signals: Iterable[int] = (),
    ) -> WorkerProcess:
        """Start a process as a worker: ``command`` runs :func:`anynet.cluster.attach` in it.

        The process itself has to do that, not a child of it: the parent of a worker is its primary.
        ``env`` is added to the environment; ``extra``, which JSON can hold, is for the worker's
        settings: it gets that by the channel, so that nobody else can read it. The worker begins
        with ``blocked_signals`` blocked, and has to unblock them. Raises :exc:`OSError` when the
        process cannot be started, and :exc:`TypeError` or :exc:`ValueError` for an ``extra`` that
        cannot be sent. It takes some milliseconds, and does not wait for the worker.
        """
        tasks, number = self.tasks, self._protocol.next_number
        setup = Setup(extra)
        encode_frame(CODEC.encode(setup))  # Raises before there is a process.
        started = start_process(
            command,
            WORKER_VARIABLE,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            number=number,
            watch=self._watch[0],
            blocked_signals=blocked_signals,
        )
        worker = self._take_up(started, number, slot)
        worker.link.post(setup)
        self._report(Fork(worker))
        tasks.start_soon(self._look_after, worker, name=f"anynet worker {number}")
        return worker

    def _take_up(self, started: Started, number: int, slot: int | None) -> WorkerProcess:
        """A process that was started, as a worker; where that fails nothing is left of it."""
        end = partial(self._protocol.end, number)
        worker = WorkerProcess(number, started.process, self._protocol.started(slot), end)
        name = f"worker {number} (pid {worker.pid})"
        try:
            worker.link = Link(started.channel, name, partial(self._on_message, worker))
        except BaseException:
            started.undo()
            self._protocol.forget(number)
            raise
        self.workers[number] = worker
        self._mailboxes.add(worker.mailbox)
        return worker

    async def _look_after(self, worker: WorkerProcess) -> None:
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._run_link, worker)
                status = await wait_for_exit(worker.process)
                self._gone(worker)
                with anyio.move_on_after(HANDOVER_TIMEOUT):
                    await worker.link.closed.wait()  # Its last words are still to be read.
                tasks.cancel_scope.cancel()
        finally:
            worker.kill(signal.SIGKILL)
            status = worker.process.wait()
            self._gone(worker)
            worker.link.close()
            worker.mailbox.end()
            del self.workers[worker.id]
            self._protocol.forget(worker.id)
            worker.note_exit(status)
        self._report(
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
        self._report(Disconnect(worker))

    def _gone(self, worker: WorkerProcess) -> None:
        self.points.perform(self._protocol.gone(worker.id))

    async def drain(self, worker: WorkerProcess, grace: float) -> None:
        """Have a worker stop listening, let its connections finish, and end.

        It gets ``grace`` seconds for that, and is killed some seconds later if it still runs.
        """
        self._protocol.end(worker.id)
        points = self.points.retire(worker.id)
        try:
            with anyio.move_on_after(HANDOVER_TIMEOUT):
                for point in points:
                    await point.wait_taken(worker.id)
        finally:  # It gets no more connections, so it has to end, whatever becomes of the caller.
            worker.link.post(Drain(None if grace == float("inf") else grace))
        with anyio.move_on_after(grace + KILL_MARGIN):
            await worker.exited.wait()
        if not worker.dead:
            worker.kill(signal.SIGKILL)
            await worker.exited.wait()

    # -- what workers send ----------------------------------------------------------------------

    async def _on_message(self, worker: WorkerProcess, message: Received) -> None:
        for outcome in self._protocol.receive(worker.id, message):
            match outcome:
                case Deliver():
                    await self._deliver(worker, outcome.message)
                case CameOnline():
                    self._report(Online(worker))
                case Listens():
                    self._report(Listening(worker, outcome.addresses))
                case Changed():
                    worker.note_change()
                case Drop():
                    close_all(outcome.fds)
                    raise ChannelError(outcome.reason)
                case _:
                    self.points.perform([outcome])

    async def _deliver(self, worker: WorkerProcess, message: WireMessage) -> None:
        handle = handle_of(message)
        if not await self.event_streams.put_message(Message(worker, message.content, handle)):
            await worker.mailbox.put(message.content, handle)

    def _drop(self, number: int, reason: str) -> None:
        worker = self.workers.get(number)
        if worker is not None:
            worker.link.drop(reason)

    def _post(self, number: int, message: Opened | Refused, then: Finished | None) -> None:
        worker = self.workers.get(number)
        if worker is None:
            if then is not None:
                then(anyio.BrokenResourceError("the worker is gone"))
        else:
            worker.link.post(message, then)

    def _open_point(self, number: int, values: dict[str, Any]) -> None:
        self._openings[number] = anyio.CancelScope()
        self.tasks.start_soon(self._listen, number, values)

    async def _listen(self, number: int, values: dict[str, Any]) -> None:
        try:
            with self._openings[number]:
                await anyio.lowlevel.checkpoint()  # Nothing is bound if it has been cancelled.
                await self._open(number, values)
        finally:
            del self._openings[number]

    async def _open(self, number: int, values: dict[str, Any]) -> None:
        try:
            point = await self._new_point(values)
        except (
            Exception
        ) as error:  # A worker has asked for it, which is refused: no more than that.
            self.points.failed(number, error)
        else:
            self.points.opened(number, point)

    async def _new_point(self, values: dict[str, Any]) -> ListeningPoint:
        options = options_from_json(values)
        spread = self.policy == "reuse_port" and options.is_tcp
        if spread:
            options = options_from_json({**options_to_json(options), "reuse_port": True})
        listeners = await open_listeners(options)
        try:
            if spread:
                return ReusePortPoint(listeners, options.backlog)
            if self.policy == "round_robin":
                return RoundRobinPoint(listeners, self.tasks.start_soon, self._drop)
            return ListeningPoint(listeners)
        except BaseException:
            for listener in listeners:
                listener.close()
            raise

    def _report(self, event: ClusterEvent) -> None:
        if self.on_event is not None:
            self.on_event(event)
