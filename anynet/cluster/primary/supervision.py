"""A cluster: a number of workers that run one program and are kept alive.

A worker that ends unasked is replaced, by the rules of :class:`Slot`. A program that cannot serve,
by the same rules, ends the cluster, but only as long as none of its workers has ever listened:
after that it is a deployment gone wrong, and the workers that serve are worth more than the
message. In a rolling restart the new worker has to listen wherever the old one does before the old
one drains.

From the beginning of a shutdown on no worker is started, and none begins to listen. One that is
known to be starting is killed: it would come online only to end, with an address that had been
closed already.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

import anyio

from anynet._rules.checks import check_choice, check_positive_int, check_seconds, shown
from anynet._rules.values.addresses import Address
from anynet._transport.loops.backends import BACKENDS, Backend
from anynet.cluster.distribution.listening_points import Policy
from anynet.cluster.primary.event_stream import EventStream
from anynet.cluster.primary.events import ClusterEvent, Exit, Listening
from anynet.cluster.primary.primary import Primary
from anynet.cluster.primary.slot import FIRST_DELAY, Slot, exit_message
from anynet.cluster.primary.worker_process import WorkerProcess
from anynet.cluster.settings.programs import (
    TERMINAL_SIGNALS,
    ProgramError,
    RestartError,
    check_program,
    worker_command,
)
from anynet.cluster.settings.signals import handle_signals
from anynet.cluster.wire.frames import Frame, encode_frame

_log = logging.getLogger("anynet")

#: Seconds that a new worker has to listen where the old one does.
START_TIMEOUT = 30.0
_SHUTS_DOWN = "the cluster shuts down"


class Cluster:
    """Runs ``program`` in several processes that listen together, as ``async with Cluster(…)``.

    ``program`` is ``"module:function"``: an async function that each worker calls with ``args``
    (values that JSON can hold, 16 MiB at most), in an event loop of ``backend``. The servers that
    it opens listen by way of this process, unless they are ``exclusive``. How connections get to
    the workers: ``policy`` is ``"round_robin"`` (this process accepts, and passes them on in turn),
    ``"shared"`` (all workers accept from one socket) or ``"reuse_port"`` (each worker has a socket
    of its own for the port, and the kernel spreads the connections; Unix sockets are shared).

    ``workers`` is how many (by default one for each processor). A worker that ends is started
    again: after 0.05 seconds, then after twice as long each time, 5 seconds at most. ``env`` is
    added to their environment. They import what this process can import (its ``sys.path`` at their
    start, and never their working directory), or from the directories of ``import_path`` alone.

    With ``handle_signals`` SIGTERM and SIGINT shut the cluster down, a second one at once, and
    SIGHUP restarts the workers one after the other; systemd hears when it is ready, reloads and
    stops. The body then is ``await cluster.wait_closed()``.

    Leaving the block normally shuts down with ``grace_period`` seconds (infinity is allowed);
    leaving it by an exception or a cancellation kills the workers. None outlives this process,
    however that ends.

    Raises :exc:`TypeError` or :exc:`ValueError` for arguments that make no sense. The block is
    left by :exc:`ProgramError` when the program cannot be found, imported or called with ``args``,
    or failed at five starts in a row, while no worker has listened yet.
    """

    def __init__(
        self,
        program: str,
        *,
        workers: int | None = None,
        policy: Policy = "round_robin",
        backend: Backend = "asyncio",
        grace_period: float = 30.0,
        args: Iterable[Any] = (),
        env: Mapping[str, str] | None = None,
        import_path: Iterable[str] | None = None,
        handle_signals: bool = False,
    ) -> None:
        self._program = check_program("program", program)
        count = (os.cpu_count() or 1) if workers is None else check_positive_int("workers", workers)
        self._backend: Backend = check_choice("backend", backend, BACKENDS)
        self._grace = check_seconds("grace_period", grace_period)
        self._args = _check_args(args)
        if isinstance(import_path, str):
            raise TypeError(f"import_path must be several directories, not {shown(import_path)}")
        self._import_path = None if import_path is None else list(import_path)
        self._env = dict(env or {})
        self._handle_signals = handle_signals
        self._slots = [Slot(number) for number in range(count)]
        self._primary = Primary(policy=policy, on_event=self._on_event)
        self._streams = self._primary.event_streams
        self._has_listened = False
        #: Why the cluster had to end, if the program is to blame.
        self._failure: ProgramError | None = None
        #: The signal that cut a shutdown short, with ``handle_signals``.
        self.aborted_by: signal.Signals | None = None
        self._stopping = anyio.Event()
        self._stopped = anyio.Event()
        self._restarting = anyio.Lock()

    # -- the block ------------------------------------------------------------------------------

    async def __aenter__(self) -> Cluster:
        await self._primary.__aenter__()
        try:
            for slot in self._slots:
                slot.worker = self._fork(slot)
            for slot in self._slots:
                self._primary.tasks.start_soon(self._keep_alive, slot, name="anynet slot")
            if self._handle_signals:
                await self._primary.tasks.start(handle_signals, self)
        except BaseException as error:
            self._stopping.set()
            await self._primary.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        error = exc_value
        try:
            if error is None:
                await self.shutdown()
        except BaseException as in_shutdown:
            error = in_shutdown
            raise
        finally:
            self._stopping.set()
            if error is None:
                self._primary.tasks.cancel_scope.cancel()
            try:
                await self._primary.__aexit__(
                    None if error is None else type(error),
                    error,
                    None if error is None else error.__traceback__,
                )
            finally:
                self._stopped.set()
                self._streams.end()

    # -- what there is --------------------------------------------------------------------------

    @property
    def workers(self) -> tuple[WorkerProcess, ...]:
        """The workers whose processes run, those that are being replaced among them."""
        return tuple(self._primary.workers.values())

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where workers listen now, each address once."""
        seen: dict[Address, None] = {}
        for worker in self.workers:
            seen.update(dict.fromkeys(worker.addresses))
        return tuple(seen)

    def events(self) -> EventStream:
        """What happens from now on, as an async iterator; call it before entering to miss nothing.

        While one is held, the messages of the workers are reported here, and not by
        :meth:`WorkerProcess.messages`. A stream that is held has to be read: while 1024 events are
        unread, nothing more is received from workers that send messages.
        """
        return self._streams.new()

    def _on_event(self, event: ClusterEvent) -> None:
        if isinstance(event, Listening):
            self._has_listened = True
            if event.worker.slot is not None:
                self._slots[event.worker.slot].has_listened = True
        elif isinstance(event, Exit) and not event.expected:
            raised = event.worker.unusable and not self._has_listened
            if not raised:
                _log.warning("%s", exit_message(event.worker))
        self._streams.put(event)

    async def wait_listening(self) -> tuple[Address, ...]:
        """Wait until each of the workers listens somewhere; returns :attr:`addresses`.

        Raises :exc:`ProgramError` when the program cannot be used, and
        :exc:`anyio.ClosedResourceError` when the cluster shuts down before.
        """
        for slot in self._slots:
            while slot.worker is None or slot.worker.dead or not slot.worker.addresses:
                if self._stopping.is_set():
                    raise self._failure or anyio.ClosedResourceError(_SHUTS_DOWN)
                if slot.worker is None or slot.worker.dead:  # Another one is about to be started.
                    with anyio.move_on_after(FIRST_DELAY):
                        await self._stopping.wait()
                else:
                    await _any_of([slot.worker.changed, self._stopping])
        return self.addresses

    @property
    def stopping(self) -> bool:
        """Whether the cluster has begun to shut down."""
        return self._stopping.is_set()

    async def wait_closed(self) -> None:
        """Wait until the cluster has been shut down."""
        await self._stopped.wait()

    # -- workers --------------------------------------------------------------------------------

    def _fork(self, slot: Slot) -> WorkerProcess:
        path = sys.path if self._import_path is None else self._import_path
        return self._primary.fork(
            worker_command(self._program, path),
            env=self._env,
            slot=slot.number,
            extra={
                "args": self._args,
                "backend": self._backend,
                "grace": None if self._grace == float("inf") else self._grace,
            },
            blocked_signals=TERMINAL_SIGNALS,
        )

    async def _keep_alive(self, slot: Slot) -> None:
        while not self._stopping.is_set():
            worker = slot.worker
            assert worker is not None
            began = anyio.current_time()
            while slot.worker is worker and not worker.dead:
                await _change(worker)
            if slot.worker is worker and not self._stopping.is_set():
                slot.note_end(worker, anyio.current_time() - began)
                self._check_program(slot, worker)
            async with slot.lock:
                if slot.worker is not worker or self._stopping.is_set():
                    continue  # It has been replaced.
                await self._fill(slot)

    def _check_program(self, slot: Slot, worker: WorkerProcess) -> None:
        """Raise :exc:`ProgramError` if no worker has listened, and it seems that none ever will."""
        why = None if self._has_listened else slot.failure(worker, self._program)
        if why is not None:
            self._stopping.set()  # The other workers fail too: one of them tells it.
            self._failure = ProgramError(why)
            raise self._failure

    async def _fill(self, slot: Slot) -> None:
        """Start the next worker of a slot after its delay; again if the system cannot do it."""
        while not self._stopping.is_set():
            with anyio.move_on_after(slot.delay):
                await self._stopping.wait()
            if self._stopping.is_set():
                return
            slot.note_start()
            try:
                slot.worker = self._fork(slot)
                return
            except OSError as error:
                _log.warning("a worker could not be started: %s", error)

    # -- the end, and a new beginning -----------------------------------------------------------

    async def restart(self) -> None:
        """Replace the workers one after the other, so that there are always as many that serve.

        For each slot a new worker is started; when it listens where the old one does, the old one
        drains within the grace period. Raises :exc:`RestartError` when a new worker ends, or does
        not listen within 30 seconds: the old one and those after it then go on; and when the
        cluster shuts down before all are replaced.
        """
        async with self._restarting:
            for slot in self._slots:
                async with slot.lock:
                    old = await self._replace(slot)
                if old is not None and not old.dead:
                    await self._primary.drain(old, self._grace)

    async def _replace(self, slot: Slot) -> WorkerProcess | None:
        """Fill the slot with a new worker; returns the old one, which is to be drained."""
        old = slot.worker
        self._check_running()
        try:
            new = self._fork(slot)
        except OSError as error:
            raise RestartError(f"the new worker could not be started: {error}") from error
        try:
            with anyio.move_on_after(START_TIMEOUT):
                await self._wait_equal(new, old)
            self._check_running()
            listens = bool(new.addresses) or old is None or not old.addresses
            if new.dead or not (new.online and listens):
                why = new.error or ("it ended" if new.dead else "it does not listen")
                raise RestartError(f"the new worker cannot replace the old one: {why}")
        except BaseException:
            if not self._stopping.is_set():  # Else it ends with all the others.
                self._primary.kill(new)
            raise
        slot.worker = new
        if old is not None:
            old.note_change()  # From now on the new one is kept alive.
        return old

    def _check_running(self) -> None:
        if self._stopping.is_set():
            raise RestartError(_SHUTS_DOWN)

    async def _wait_equal(self, new: WorkerProcess, old: WorkerProcess | None) -> None:
        """Wait until ``new`` listens everywhere that ``old`` does, or ends; or the cluster does."""
        wanted: set[Address] = set()
        while not (new.dead or self._stopping.is_set()):
            if old is not None and not (old.leaving or old.dead):
                wanted = set(old.addresses)
            if new.online and wanted <= set(new.addresses):
                return
            # Of the old one too: it may stop listening somewhere, and then the new one need not.
            both = [new] if old is None or old.dead else [new, old]
            await _any_of([*(worker.changed for worker in both), self._stopping])

    async def shutdown(self, grace: float | None = None) -> None:
        """Stop listening, let the connections finish within ``grace`` seconds, end the workers.

        ``grace`` is by default the cluster's ``grace_period``. Workers that are not done by then
        are killed, and those that are still starting at once. From now on none can begin to listen.
        Cancelling it kills them all at once.
        """
        seconds = self._grace if grace is None else check_seconds("grace", grace)
        self._stopping.set()
        self._primary.stop_listening()
        try:
            for worker in self.workers:
                if self._is_starting(worker):
                    self._primary.kill(worker)
            async with anyio.create_task_group() as tasks:
                for worker in self.workers:
                    tasks.start_soon(self._primary.drain, worker, seconds)
        except BaseException:
            self.abort()
            raise
        self._primary.points.close()
        self._stopped.set()

    def _is_starting(self, worker: WorkerProcess) -> bool:
        """Whether it does not serve yet, so that nothing is lost with it.

        A program need not listen: its worker is spared unless the slot's workers are known to.
        """
        if not worker.online:
            return True
        listens = worker.slot is not None and self._slots[worker.slot].has_listened
        return listens and not (worker.has_begun or self._primary.listens(worker))

    def abort(self) -> None:
        """Stop listening, and kill the workers."""
        self._stopping.set()
        self._primary.kill_all()


def _check_args(args: Iterable[Any]) -> list[Any]:
    if isinstance(args, str | bytes | Mapping):  # Their letters, bytes and keys are not meant.
        raise TypeError(f"args must be several values, not {shown(args)}")
    values = list(args)
    try:
        encode_frame(Frame(message=values))
    except TypeError as error:
        raise TypeError(f"args must be values that JSON can hold: {error}") from None
    except ValueError as error:
        raise ValueError(f"args must be values that JSON can hold: {error}") from None
    return values


async def _any_of(events: Iterable[anyio.Event]) -> None:
    async with anyio.create_task_group() as tasks:

        async def wait(event: anyio.Event) -> None:
            await event.wait()
            tasks.cancel_scope.cancel()

        for event in events:
            tasks.start_soon(wait, event)


async def _change(worker: WorkerProcess) -> None:
    await worker.changed.wait()
