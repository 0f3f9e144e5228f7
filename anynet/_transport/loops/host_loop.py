"""Waiting on the host loop: the one module that knows which backend runs.

A :class:`HostLoop` offers what differs between Trio and asyncio: the current task, the cancellation
check, the full checkpoint, parking until a descriptor is ready, timers, and watching a descriptor
with a callback.

The checkpoint rule of the streams stands on ``last_task``: it holds the task whose last operation
has not yielded. An operation of that task first does a full checkpoint, any other only checks for
cancellation, and parking clears the slot, so of two consecutive operations of a task at least one
yields.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import os
import weakref
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeAlias

import anyio
import trio
from anyio.lowlevel import RunVar, current_token
from trio.lowlevel import wait_readable, wait_writable

#: So many events in a row may find nobody parked for reading before the descriptor is removed.
_PATIENCE = 8
#: So many cancelled timers may stay in the heap of Trio's timers.
_FEW_TIMERS = 64

#: Who is parked on asyncio.
Waiter: TypeAlias = "asyncio.Future[None]"


class Parkable(Protocol):
    """What a stream keeps for the host loop, as plain attributes for the fast paths."""

    fd: int
    #: False when the last read took all there was: reading again would only fail.
    readable: bool
    #: On asyncio: who is parked, and whether the loop watches the descriptor: for reading, it still
    #: does for so many events that find nobody parked.
    reader: Waiter | None
    writer: Waiter | None
    reader_patience: int
    writer_registered: bool


class Timer(Protocol):
    def cancel(self) -> None: ...


class HostLoop(ABC):
    """What the streams need from the running event loop. Get it with :func:`current_host_loop`."""

    __slots__ = (
        "__weakref__",
        "_pid",
        "check",
        "checkpoint",
        "current_task",
        "last_task",
        "on_libuv",
        "time",
    )

    #: What parking raises when the stream is closed meanwhile.
    woken_by_close: type[Exception]

    current_task: Callable[[], object]
    #: Raises the backend's cancellation if the task is cancelled; does not yield otherwise.
    check: Callable[[], Awaitable[None]]
    #: Yields and checks for cancellation.
    checkpoint: Callable[[], Awaitable[None]]
    #: Seconds on the loop's clock.
    time: Callable[[], float]

    def __init__(self) -> None:
        self.last_task: object = None
        self._pid = os.getpid()
        #: Does libuv watch the descriptors (uvloop)? It tells an error that comes with data only
        #: once, so one has to read on until EAGAIN before the next park; and it may tell that a
        #: descriptor is ready before a cancellation that came first.
        self.on_libuv: bool = False

    async def full_checkpoint(self) -> None:
        """Yield, so that the next operation of this task need not."""
        self.last_task = None
        await self.checkpoint()

    async def enter_operation(self) -> None:
        """Begin an operation by the checkpoint rule. It need not yield any more; it may park."""
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
        """Stop watching ``stream``, about to be closed; who is parked gets ``woken_by_close``.

        Does nothing in a forked child: it shares the epoll with its parent, which still watches.
        """
        if os.getpid() == self._pid:
            self._forget(stream)

    @abstractmethod
    def _forget(self, stream: Parkable) -> None: ...

    @abstractmethod
    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        """Call ``callback`` when the loop's clock reaches ``when`` (seconds)."""

    @abstractmethod
    def watch(self, fd: int, callback: Callable[[], object]) -> Callable[[], None]:
        """Call ``callback`` whenever ``fd`` is readable, until the returned function is called."""


class _AsyncioHostLoop(HostLoop):
    """asyncio and uvloop.

    A descriptor stays registered between parks: a system call saved for each operation of a busy
    connection. It is removed when an event finds nobody parked; for reading, when several did:
    a task that is busy with one chunk is about to ask for the next.
    """

    __slots__ = ("_create_future", "_loop", "_patience")
    woken_by_close = anyio.ClosedResourceError

    def __init__(self) -> None:
        super().__init__()
        backend = current_token().backend_class
        self._loop = asyncio.get_running_loop()
        self._create_future = self._loop.create_future
        self.current_task = asyncio.current_task
        self.check = backend.checkpoint_if_cancelled
        self.checkpoint = backend.checkpoint
        self.time = self._loop.time
        self.on_libuv = not isinstance(self._loop, asyncio.SelectorEventLoop)
        # libuv stops watching after an error, so there a descriptor has to be registered anew.
        self._patience = 1 if self.on_libuv else _PATIENCE

    def park_read(self, stream: Parkable) -> Awaitable[None]:
        self.last_task = None
        stream.reader = future = self._create_future()
        if not stream.reader_patience:
            self._loop.add_reader(stream.fd, self._on_readable, stream)
        stream.reader_patience = self._patience
        return future

    def park_write(self, stream: Parkable) -> Awaitable[None]:
        self.last_task = None
        stream.writer = future = self._create_future()
        if not stream.writer_registered:
            self._loop.add_writer(stream.fd, self._on_writable, stream)
            stream.writer_registered = True
        return future

    def _on_readable(self, stream: Parkable) -> None:
        stream.readable = True
        future, stream.reader = stream.reader, None
        if future is None:
            stream.reader_patience -= 1
            if not stream.reader_patience:
                self._loop.remove_reader(stream.fd)
        elif not future.done():
            future.set_result(None)

    def _on_writable(self, stream: Parkable) -> None:
        future, stream.writer = stream.writer, None
        if future is None:
            stream.writer_registered = False
            self._loop.remove_writer(stream.fd)
        elif not future.done():
            future.set_result(None)

    def _forget(self, stream: Parkable) -> None:
        if self._loop.is_closed():
            return
        if stream.reader_patience:
            stream.reader_patience = 0
            self._loop.remove_reader(stream.fd)
        if stream.writer_registered:
            stream.writer_registered = False
            self._loop.remove_writer(stream.fd)
        for future in (stream.reader, stream.writer):
            if future is not None and not future.done():
                future.set_exception(anyio.ClosedResourceError())
        stream.reader = stream.writer = None

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        return self._loop.call_at(when, callback)

    def watch(self, fd: int, callback: Callable[[], object]) -> Callable[[], None]:
        self._loop.add_reader(fd, callback)

        def stop() -> None:
            if not self._loop.is_closed():
                self._loop.remove_reader(fd)

        return stop


class _TrioTimer:
    """A timer of Trio, in the heap of :class:`_TrioTimers`."""

    __slots__ = ("_timers", "callback", "when")

    def __init__(self, when: float, callback: Callable[[], object], timers: _TrioTimers) -> None:
        self.when = when
        self.callback: Callable[[], object] | None = callback
        self._timers = timers

    def cancel(self) -> None:
        if self.callback is not None:
            self.callback = None
            self._timers.note_cancelled()


class _TrioTimers:
    """Callbacks at times, by one system task that exists only while a timer is set."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, _TrioTimer]] = []
        self._order = itertools.count()
        self._cancelled = 0
        self._sleep: trio.CancelScope | None = None

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        timer = _TrioTimer(when, callback, self)
        heapq.heappush(self._heap, (when, next(self._order), timer))
        if self._sleep is None:
            self._sleep = trio.CancelScope(deadline=when)
            trio.lowlevel.spawn_system_task(self._run, name="anynet timers")
        else:
            self.settle()
        return timer

    def note_cancelled(self) -> None:
        """A timer of the heap has been cancelled: it stays there until it comes to the top.

        Where most have been, all of them go, so that replacing timers of hours piles up nothing.
        """
        self._cancelled += 1
        if self._cancelled > max(len(self._heap) // 2, _FEW_TIMERS):
            self._heap = [entry for entry in self._heap if entry[2].callback is not None]
            heapq.heapify(self._heap)
            self._cancelled = 0
        self.settle()

    def settle(self) -> None:
        """Drop cancelled timers from the top of the heap; sleep until the earliest that is left."""
        while self._heap and self._heap[0][2].callback is None:
            heapq.heappop(self._heap)
            self._cancelled -= 1
        if self._sleep is not None:
            self._sleep.deadline = self._heap[0][0] if self._heap else -math.inf

    async def _run(self) -> None:
        while self._heap:
            self._sleep = trio.CancelScope(deadline=self._heap[0][0])
            with self._sleep:
                await trio.sleep_forever()
            now = trio.current_time()
            while self._heap and self._heap[0][0] <= now:
                timer = heapq.heappop(self._heap)[2]
                callback, timer.callback = timer.callback, None
                if callback is None:
                    self._cancelled -= 1
                else:
                    callback()
            self.settle()
        self._sleep = None


class _TrioHostLoop(HostLoop):
    __slots__ = ("_timers",)
    woken_by_close = trio.ClosedResourceError

    def __init__(self) -> None:
        super().__init__()
        self.current_task = trio.lowlevel.current_task
        self.check = trio.lowlevel.checkpoint_if_cancelled
        self.checkpoint = trio.lowlevel.checkpoint
        self.time = trio.current_time
        self._timers = _TrioTimers()

    def park_read(self, stream: Parkable) -> Awaitable[None]:
        self.last_task = None
        return wait_readable(stream.fd)

    def park_write(self, stream: Parkable) -> Awaitable[None]:
        self.last_task = None
        return wait_writable(stream.fd)

    def _forget(self, stream: Parkable) -> None:
        try:
            trio.lowlevel.notify_closing(stream.fd)
        except RuntimeError:
            pass  # Trio runs no more, so nobody can be parked.

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        return self._timers.call_at(when, callback)

    def watch(self, fd: int, callback: Callable[[], object]) -> Callable[[], None]:
        scope = trio.CancelScope()

        async def run() -> None:
            with scope:
                # Stopped before it began, or in the turn of its wake, this task runs all the same,
                # and the descriptor is closed by then.
                while not scope.cancel_called:
                    await wait_readable(fd)
                    if not scope.cancel_called:
                        callback()

        trio.lowlevel.spawn_system_task(run, name="anynet descriptor watch")
        return scope.cancel


# Held weakly: a host loop refers to the event loop that is the key, and would keep it for ever.
_current: RunVar[weakref.ref[HostLoop]] = RunVar("anynet host loop")


def current_host_loop() -> HostLoop:
    """The host loop of the running event loop: the same for all streams that live in it.

    Raises :exc:`anyio.NoEventLoopError` when no event loop runs.
    """
    reference = _current.get(None)
    host = None if reference is None else reference()
    if host is None:
        trio_runs = trio.lowlevel.in_trio_run()
        host = _TrioHostLoop() if trio_runs else _AsyncioHostLoop()
        _current.set(weakref.ref(host))
    return host
