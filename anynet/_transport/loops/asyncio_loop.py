"""The host loop on asyncio and uvloop, by ``add_reader`` and ``add_writer``.

A descriptor stays registered between parks: adding and removing it would be two system calls for
each operation of a busy connection. It has to go some time, because the loop's epoll is
level-triggered: while data waits that no task wants, every turn of the loop gets the event again.
So it is removed when an event finds no task parked; for reading only when several in a row did,
since a task that is busy with one chunk is about to ask for the next.

Each wake is followed by an event that is out of date: before the woken task runs, the loop polls
once more, and what the task is about to read is still there. It is left out, or it would wake the
task again for nothing, once it has parked anew: a failing ``recv``, and a fifth of the CPU of a
round trip. Nothing is lost by that: where there is more, the next poll says so again.

A callback only wakes the task; it never reads. What is read in a callback would have to be kept
somewhere if the task is cancelled before it runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import anyio
from anyio.lowlevel import current_token

from anynet._transport.loops.backends import Backend
from anynet._transport.loops.host_loop import HostLoop, Parkable, Timer

#: So many events in a row may find no task parked for reading before the descriptor is removed.
EVENTS_BEFORE_REMOVAL = 8
#: Seconds.
_RETRY_DELAY = 0.05


class _Watch:
    """Calls back while a descriptor is readable, but for the pauses that the callback asks for.

    What is called back mostly holds what stops it, so a stopped one lets go of it: else each
    connection that was watched would be left to the garbage collector.
    """

    __slots__ = ("_callback", "_fd", "_host", "_loop", "_timer")

    def __init__(
        self,
        host: HostLoop,
        loop: asyncio.AbstractEventLoop,
        fd: int,
        callback: Callable[[], float | None],
    ) -> None:
        self._host = host
        self._loop = loop
        self._fd = fd
        self._callback: Callable[[], float | None] | None = callback
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        self._loop.add_reader(self._fd, self._on_readable)

    def _begin_again(self) -> None:
        try:
            self._timer = None
            self.begin()
        except OSError:  # The system watches no more descriptors now: others took the room.
            self._timer = self._loop.call_later(_RETRY_DELAY, self._begin_again)

    def _on_readable(self) -> None:
        if self._callback is None:
            return  # Stopped in the turn of the loop in which this was due.
        pause = self._callback()
        if pause and self._callback is not None:
            self._loop.remove_reader(self._fd)
            self._timer = self._loop.call_later(pause, self._begin_again)

    def stop(self) -> None:
        self._callback = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        # Not in a forked child, which shares the epoll with its parent.
        if self._host.in_own_process and not self._loop.is_closed():
            self._loop.remove_reader(self._fd)


class AsyncioHostLoop(HostLoop):
    """asyncio and uvloop: see the module."""

    __slots__ = ("_create_future", "_loop", "_patience")
    woken_by_close = anyio.ClosedResourceError

    def __init__(self) -> None:
        super().__init__()
        backend = current_token().backend_class
        self._loop = asyncio.get_running_loop()
        self._create_future = self._loop.create_future
        # Of this loop by name: to find the running one it would ask for the process at each call.
        self.current_task = partial(asyncio.current_task, self._loop)
        self.check = backend.checkpoint_if_cancelled
        self.checkpoint = partial(asyncio.sleep, 0)  # As AnyIO's, without a coroutine around it.
        self.time = self._loop.time
        self.new_event = asyncio.Event
        self.on_libuv = not isinstance(self._loop, asyncio.SelectorEventLoop)
        # libuv stops watching after an error, so there a descriptor has to be registered anew.
        self._patience = 1 if self.on_libuv else EVENTS_BEFORE_REMOVAL

    @property
    def backend(self) -> Backend:
        return "uvloop" if self.on_libuv else "asyncio"

    def park_read(self, stream: Parkable) -> Awaitable[None]:
        self.last_task = None
        if not stream.reader_patience:
            # Not as a method: each would be an object more that a parked connection keeps.
            self._loop.add_reader(stream.fd, AsyncioHostLoop._on_readable, self, stream)
        # Only now: where the system watches no more descriptors nobody is going to wait for it.
        stream.reader = future = self._create_future()
        stream.reader_patience = self._patience
        return future

    def park_write(self, stream: Parkable) -> Awaitable[None]:
        self.last_task = None
        if not stream.writer_registered:
            self._loop.add_writer(stream.fd, AsyncioHostLoop._on_writable, self, stream)
            stream.writer_registered = True
        stream.writer = future = self._create_future()
        return future

    def _on_readable(self, stream: Parkable) -> None:
        if stream.reader_woken:
            stream.reader_woken = False
            return
        stream.readable = True
        future, stream.reader = stream.reader, None
        if future is None:
            stream.reader_patience -= 1
            if not stream.reader_patience:
                self._loop.remove_reader(stream.fd)
        elif not future.done():
            if stream.reader_woken is not None:
                stream.reader_woken = not self.on_libuv
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

    def cancelled_from_outside(self, task: object) -> bool:
        return isinstance(task, asyncio.Task) and task.cancelling() > 0

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        return self._loop.call_at(when, callback)

    def watch(self, fd: int, callback: Callable[[], float | None]) -> Callable[[], None]:
        watch = _Watch(self, self._loop, fd, callback)
        watch.begin()
        return watch.stop

    def runs_here(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    def is_current(self) -> bool:
        try:
            # A guest of the loop takes its turns in callbacks, where no task is the current one.
            return asyncio.get_running_loop() is self._loop and self.current_task() is not None
        except RuntimeError:
            return False

    def stay_for_task(self) -> None:
        if (task := asyncio.current_task(self._loop)) is not None:
            task.add_done_callback(self._task_ended)

    def _task_ended(self, _task: asyncio.Task[Any]) -> None:
        """A task that held this by its list of callbacks has ended."""

    def call_from_thread(self, callback: Callable[[], object]) -> bool:
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            return False  # It is closed.
        return True
