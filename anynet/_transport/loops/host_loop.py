"""The contract of a host loop, and which one runs. Nothing here knows Trio or asyncio.

A :class:`HostLoop` offers what differs between the backends: the current task, the cancellation
check, the full checkpoint, parking until a descriptor is ready, timers, watching a descriptor with
a callback, starting many tasks, calls from other threads, and the sockets that it can wait for. A
simulated network has a loop of its own above the real one, with sockets of its own. The rules that
live here:

*The checkpoint rule.* Every operation of a stream is a cancellation point at its entry, before any
system call, and of any two consecutive operations of a task at least one yields. ``last_task`` is
the one slot per loop that this takes: it holds the task whose last operation has not yielded. An
operation of that task first does a full checkpoint, any other only checks for cancellation, and
parking clears the slot. (A full checkpoint on every operation cost 30 % of the round trips on Trio
and 57 % on asyncio.)

*Parking carries readiness, never data*: a cancelled wait has lost nothing. ``park_read`` and
``park_write`` are plain functions that return the awaitable, one coroutine less for each wait.

*The thread.* What belongs to a loop is for its thread alone. Every operation asks for that, at the
price of ``get_ident()`` and no call of ours (in ``enter_operation``, and once more in the fast
paths of a stream): in another thread a park would put a descriptor or a future into a loop that
does not expect it, which fails late, elsewhere, or never.

*A backend is imported when it runs.* Trio takes longer to import than all of this package, so the
module of a backend is imported the first time that a loop of that kind asks for its host loop: the
one import that does not stand at the top of a file.
"""

from __future__ import annotations

import importlib
import os
import select
import selectors
import socket
import weakref
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager
from contextvars import ContextVar
from threading import get_ident
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import anyio
from anyio.abc import TaskGroup
from anyio.lowlevel import RunVar, current_token

from anynet._transport.loops.backends import Backend
from anynet._transport.loops.readiness import is_readable, is_writable

if TYPE_CHECKING:
    import asyncio

#: What a parked task waits for on asyncio.
Waiter: TypeAlias = "asyncio.Future[None]"
#: What a started task enters around all that it does, so that it can be cancelled alone.
TaskScope: TypeAlias = AbstractContextManager[object]
#: Starts a task that calls a coroutine function with its :data:`TaskScope`, then the arguments.
StartTask: TypeAlias = "Callable[..., StartedTask]"


class _InScope:
    """Nothing to enter. Its methods are static: a bound one would be kept by each task."""

    @staticmethod
    def __enter__() -> None:
        """There is a scope around already."""

    @staticmethod
    def __exit__(*_: object) -> None:
        """And it is left by who has entered it."""


#: Of a task whose starter has put a scope around it already.
IN_SCOPE: TaskScope = _InScope()


class Parkable(Protocol):
    """What a stream keeps for the host loop, as plain attributes for the fast paths."""

    fd: int
    #: False once a read met EAGAIN or came back short, True again when the loop reports readiness.
    #: Then the stream parks without trying: a recv that fails costs as much as one that succeeds.
    readable: bool
    #: On asyncio: the future of the task that is parked, and whether the loop watches the
    #: descriptor: for reading, it still does for so many events that find no task parked. On Trio
    #: ``reader_patience`` is 1 once a task has parked.
    reader: Waiter | None
    writer: Waiter | None
    reader_patience: int
    writer_registered: bool
    #: On asyncio: whether the next event for reading is one from before the woken task has read.
    #: None where a task may park again with something left.
    reader_woken: bool | None


class Timer(Protocol):
    def cancel(self) -> None: ...


class StartedTask(Protocol):
    def cancel(self) -> object:
        """Cancel that task alone. Does nothing once it has ended."""


class Event(Protocol):
    """An event of the backend's own: AnyIO's finds out anew which backend runs at each use."""

    def set(self) -> object: ...

    async def wait(self) -> object: ...


class HostLoop(ABC):
    """What the streams need from the running event loop. Get it with :func:`current_host_loop`."""

    __slots__ = (
        "__weakref__",
        "_pid",
        "check",
        "checkpoint",
        "current_task",
        "last_fd",
        "last_task",
        "new_event",
        "new_socket",
        "on_libuv",
        "thread",
        "time",
        "wait_writable",
    )

    #: What parking raises when the stream is closed meanwhile.
    woken_by_close: type[Exception]
    #: What says that the event loop itself is broken: nobody may take it for an error of a program.
    internal_errors: tuple[type[BaseException], ...] = ()
    #: Whether its sockets are the system's, which ``sendfile`` and ``splice`` need. Those of a
    #: simulated network have numbers that only their own loop knows.
    has_descriptors: bool = True

    @property
    @abstractmethod
    def backend(self) -> Backend:
        """The name of the backend, by which another loop of its kind can be run."""

    current_task: Callable[[], object]
    #: Raises the backend's cancellation if the task is cancelled; does not yield otherwise.
    check: Callable[[], Awaitable[None]]
    #: Yields and checks for cancellation.
    checkpoint: Callable[[], Awaitable[None]]
    #: Seconds on the loop's clock.
    time: Callable[[], float]
    #: An event that is not set, for one who waits in a task of this loop.
    new_event: Callable[[], Event]
    #: As :class:`socket.socket` is made, also of a number; here it is that class itself.
    new_socket: Callable[..., socket.socket]
    #: Waits until a socket that is no stream yet is writable.
    wait_writable: Callable[[socket.socket], Awaitable[None]]

    def __init__(self) -> None:
        self.last_task: object = None
        #: The descriptor of the stream that has received last.
        self.last_fd: int = -1
        self._pid = os.getpid()
        #: The thread that the loop runs in; compare it where a call would cost too much.
        self.thread: int = get_ident()
        #: Whether libuv watches the descriptors (uvloop). It reports an error that comes with data
        #: only once, so a stream has to read until EAGAIN before it parks; and it may report that a
        #: descriptor is ready before a cancellation that came first.
        self.on_libuv: bool = False
        self.new_socket = socket.socket
        self.wait_writable = anyio.wait_writable

    def new_selector(self) -> Any:
        """A selector with a descriptor, by which several can be waited for."""
        return selectors.DefaultSelector()

    def new_epoll(self) -> Any:
        """A :class:`select.epoll`, where the platform has it."""
        return select.epoll()

    def is_readable(self, fd: int) -> bool:
        """Whether reading would not block; asks the kernel, and does not wait."""
        return is_readable(fd)

    def is_writable(self, fd: int) -> bool:
        """The same for writing."""
        return is_writable(fd)

    async def full_checkpoint(self) -> None:
        """Yield, so that the next operation of this task need not."""
        self.last_task = None
        await self.checkpoint()

    async def yield_to_tasks(self) -> None:
        """Return once every task that was ready to run when this was called has run a step."""
        await self.full_checkpoint()

    async def enter_operation(self) -> None:
        """Begin an operation by the checkpoint rule. It need not yield any more; it may park.

        Raises :exc:`RuntimeError` in another thread than the loop's.
        """
        if get_ident() != self.thread:
            self.check_thread()
        task = self.current_task()
        if self.last_task is task:
            await self.full_checkpoint()
        else:
            await self.check()
            self.last_task = task

    @abstractmethod
    def park_read(self, stream: Parkable) -> Awaitable[Any]:
        """Wait until ``stream`` may be readable. Carries no data: cancelling it loses nothing."""

    @abstractmethod
    def park_write(self, stream: Parkable) -> Awaitable[Any]:
        """Wait until ``stream`` may be writable."""

    def forget(self, stream: Parkable) -> None:
        """Stop watching ``stream``, about to be closed; parked tasks get ``woken_by_close``.

        Does nothing in a forked child: it shares the epoll with its parent, which still watches.
        """
        # Most short connections of a busy server are never watched, and Trio would be asked by a
        # system call.
        if (stream.reader_patience or stream.writer_registered) and self.in_own_process:
            self._forget(stream)

    @abstractmethod
    def _forget(self, stream: Parkable) -> None: ...

    def task_starter(self, tasks: TaskGroup, name: str) -> StartTask:
        """What starts tasks of that name in ``tasks``, which the task that asks has just entered.

        For those who start a task for each connection. Its function enters its scope itself: a
        coroutine around it would cost each task its frame, and each wake-up a step.
        """
        return start_in_group(tasks, name)

    def cancelled_from_outside(self, task: object) -> bool:
        """Whether ``task`` was cancelled by other means than a cancel scope, as asyncio has them.

        asyncio cancels all tasks that are left when its program ends, in no order of theirs.
        """
        return False

    @abstractmethod
    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        """Call ``callback`` when the loop's clock reaches ``when`` (seconds)."""

    @abstractmethod
    def watch(self, fd: int, callback: Callable[[], float | None]) -> Callable[[], None]:
        """Call ``callback`` whenever ``fd`` is readable, until the returned function is called.

        It may return seconds for which the descriptor is not to be looked at again.
        """

    @property
    def in_own_process(self) -> bool:
        """False in a forked child, which shares with its parent what the kernel has."""
        return os.getpid() == self._pid

    def check_thread(self) -> None:
        """Raise :exc:`RuntimeError` in another thread than the loop's, while the loop runs.

        There nothing would wake the tasks that wait, and Trio does not let itself be told at all.
        (What an event loop has that is ended by now, any thread may close.)
        """
        if get_ident() == self.thread or self._in_thread() or not self.in_own_process:
            return
        if self.call_from_thread(_nothing):
            raise RuntimeError(
                "this belongs to the thread of its event loop, and another thread cannot use it;"
                " in a worker thread of AnyIO's, anyio.from_thread.run_sync(…) calls it there; to"
                " move a connection or a server, release() it there and adopt it here"
            )

    def _in_thread(self) -> bool:
        thread = get_ident()
        if thread != self.thread and self.runs_here():
            self.thread = thread  # asyncio lets a loop run on in another thread.
        return thread == self.thread

    @abstractmethod
    def runs_here(self) -> bool:
        """Whether the loop runs in the thread of the caller."""

    @abstractmethod
    def stay_for_task(self) -> None:
        """Have the task that asks hold this until it ends, if a task asks."""

    @abstractmethod
    def is_current(self) -> bool:
        """Whether it is surely the one that the caller runs in; False may mean that it is not sure.

        There may be two in a thread: Trio can run as a guest in asyncio.
        """

    def finalize(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` in the thread of the loop: at once there, else soon, or never.

        For finalizers, which run in whatever thread drops the last reference, or has the garbage
        collector run.
        """
        if not self.in_own_process:
            return
        if self._in_thread():
            callback()
        else:
            self.call_from_thread(callback)

    @abstractmethod
    def call_from_thread(self, callback: Callable[[], object]) -> bool:
        """Have the loop call ``callback`` soon; for any thread, the loop's own too.

        Returns False, and calls nothing, if the loop has ended.
        """


def start_in_group(tasks: TaskGroup, name: str) -> StartTask:
    """What starts tasks of that name in any task group of AnyIO's."""

    def start(function: Callable[..., Coroutine[Any, Any, None]], *args: Any) -> StartedTask:
        return tasks.start_soon(function, IN_SCOPE, *args, name=name)

    return start


def _nothing() -> None:
    """Whether that can be called says whether a loop still runs."""


#: The module and the class of each.
_TRIO = ("anynet._transport.loops.trio_loop", "TrioHostLoop")
_ASYNCIO = ("anynet._transport.loops.asyncio_loop", "AsyncioHostLoop")

# Held weakly: a host loop refers to the event loop that is the key, and would keep it for ever.
_current: RunVar[weakref.ref[HostLoop]] = RunVar("anynet host loop")
#: The one that this context asked for last: looking in the run variable is dearer. Held weakly too,
#: for a context may outlive its loop. The task that asks holds it, for its next connect, where it
#: has no stream open meanwhile: finding it, and making it anew, was 15 % of a connect.
_latest: ContextVar[weakref.ref[HostLoop] | None] = ContextVar(
    "anynet latest host loop", default=None
)


def current_host_loop() -> HostLoop:
    """The host loop of the running event loop: the same for all streams that live in it.

    Raises :exc:`anyio.NoEventLoopError` when no event loop runs.
    """
    reference = _latest.get()
    host = None if reference is None else reference()
    if host is not None and host.is_current():  # A context may be copied into another loop.
        return host
    reference = _current.get(None)
    host = None if reference is None else reference()
    if host is None:
        host = _new_host_loop()
        _current.set(reference := weakref.ref(host))
    host.stay_for_task()
    _latest.set(reference)
    return host


def _new_host_loop() -> HostLoop:
    # AnyIO knows which runs; asking Trio would import it. What is not Trio's is asyncio's: uvloop
    # and other event loops bring their own types.
    token = type(current_token().native_token)
    module, name = _TRIO if token.__module__.partition(".")[0] == "trio" else _ASYNCIO
    host: HostLoop = getattr(importlib.import_module(module), name)()
    return host
