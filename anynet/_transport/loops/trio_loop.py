"""The host loop on Trio, by ``wait_readable`` and ``wait_writable``, and its timers.

Trio registers a descriptor anew for each wait, and wakes the parked tasks when it is notified that
the descriptor is about to be closed; there is nothing to keep between parks. A watch is a system
task, not a task of a nursery: no nursery is ours, and it must not hold one open.
"""

from __future__ import annotations

import errno
import math
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

import trio
from anyio.abc import TaskGroup
from trio.lowlevel import wait_readable, wait_writable

from anynet._transport.loops.backends import Backend
from anynet._transport.loops.host_loop import (
    HostLoop,
    Parkable,
    StartedTask,
    StartTask,
    Timer,
)
from anynet._transport.loops.timer_heap import HeapTimer, TimerHeap

#: The system watches no more descriptors, or has no memory for it: both may pass.
_EPOLL_FULL = (errno.ENOSPC, errno.ENOMEM)
#: Seconds.
_RETRY_DELAY = 0.05


class _TrioTimer(HeapTimer):
    """A timer whose cancelling moves the time until which the task of the timers sleeps."""

    __slots__ = ("_settle",)

    def __init__(
        self,
        heap: TimerHeap,
        deadline: float,
        callback: Callable[[], object],
        settle: Callable[[], None],
    ) -> None:
        super().__init__(heap, deadline, callback)
        self._settle = settle

    def cancel(self) -> None:
        super().cancel()
        self._settle()


class _TrioTimers:
    """Callbacks at times, by one system task that exists only while a timer is set.

    Trio has no ``call_at``. A task for each timer would cost one switch to start and one to cancel
    it; moving the deadline of the scope in which the one task sleeps costs neither.
    """

    def __init__(self) -> None:
        self._heap = TimerHeap()
        self._sleep: trio.CancelScope | None = None

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        timer = _TrioTimer(self._heap, when, callback, self._settle)
        self._heap.push(timer)
        if self._sleep is None:
            self._sleep = trio.CancelScope(deadline=when)
            trio.lowlevel.spawn_system_task(self._run, name="anynet timers")
        else:
            self._settle()
        return timer

    def _settle(self) -> None:
        """Sleep until the earliest timer that is left; not at all without one."""
        if self._sleep is not None:
            deadline = self._heap.next_deadline
            self._sleep.deadline = -math.inf if deadline == math.inf else deadline

    async def _run(self) -> None:
        while (deadline := self._heap.next_deadline) != math.inf:
            self._sleep = trio.CancelScope(deadline=deadline)
            with self._sleep:
                await trio.sleep_forever()
            for callback, args in self._heap.pop_due(trio.current_time()):
                callback(*args)
        self._sleep = None


#: By the tasks of a run that have asked for its host loop: see :meth:`HostLoop.stay_for_task`.
_held_by_tasks: trio.lowlevel.RunVar[
    weakref.WeakKeyDictionary[trio.lowlevel.Task, TrioHostLoop]
] = trio.lowlevel.RunVar("anynet host loop by tasks")


class TrioHostLoop(HostLoop):
    __slots__ = ("_timers", "_token")
    woken_by_close = trio.ClosedResourceError
    internal_errors = (trio.TrioInternalError,)

    def __init__(self) -> None:
        super().__init__()
        self.current_task = trio.lowlevel.current_task
        self.check = trio.lowlevel.checkpoint_if_cancelled
        self.checkpoint = trio.lowlevel.checkpoint
        # Of the clock itself: trio.current_time() is three calls on the way there.
        self.time = trio.lowlevel.current_clock().current_time
        self.new_event = trio.Event
        self._timers = _TrioTimers()
        self._token = trio.lowlevel.current_trio_token()

    async def yield_to_tasks(self) -> None:
        # Trio runs what is ready in batches, each in random order. A task that was started or woken
        # just now is in our next batch, maybe behind us; only the batch after it is surely later.
        await self.full_checkpoint()
        await self.full_checkpoint()

    @property
    def backend(self) -> Backend:
        return "trio"

    def park_read(self, stream: Parkable) -> Awaitable[None]:
        self.last_task = None
        stream.reader_patience = 1
        return wait_readable(stream.fd)

    def park_write(self, stream: Parkable) -> Awaitable[None]:
        self.last_task = None
        stream.reader_patience = 1
        return wait_writable(stream.fd)

    def task_starter(self, tasks: TaskGroup, name: str) -> StartTask:
        # Starting and ending a task by AnyIO 4.16 costs 20 µs, of which its handle takes 8 and this
        # scope 6. The group of AnyIO's is a nursery of Trio's, and the latest of the task.
        nursery = trio.lowlevel.current_task().child_nurseries[-1]

        def start(function: Callable[..., Awaitable[None]], *args: Any) -> StartedTask:
            scope = trio.CancelScope()
            nursery.start_soon(function, scope, *args, name=name)
            return scope

        return start

    def _forget(self, stream: Parkable) -> None:
        # Whoever forgets it once more, when it is closed, must not wake who waits by its number.
        stream.reader_patience = 0
        try:
            trio.lowlevel.notify_closing(stream.fd)
        except RuntimeError:
            pass  # Trio no longer runs, so no task can be parked.

    def call_at(self, when: float, callback: Callable[[], object]) -> Timer:
        return self._timers.call_at(when, callback)

    def watch(self, fd: int, callback: Callable[[], float | None]) -> Callable[[], None]:
        scope = trio.CancelScope()
        stopped = False  # Asking the scope would cost a look at the clock.

        async def run() -> None:
            with scope:
                # Stopped before it began, or in the turn of its wake, this task runs all the same,
                # and the descriptor is closed by then.
                while not stopped:
                    try:
                        await wait_readable(fd)
                    except OSError as error:
                        # An error of a system task would be the end of Trio.
                        if error.errno not in _EPOLL_FULL:
                            raise
                        await trio.sleep(_RETRY_DELAY)
                        continue
                    if not stopped:
                        pause = callback()
                        if pause:
                            await trio.sleep(pause)

        def stop() -> None:
            nonlocal stopped
            stopped = True
            scope.cancel()

        trio.lowlevel.spawn_system_task(run, name="anynet descriptor watch")
        return stop

    def runs_here(self) -> bool:
        try:
            return trio.lowlevel.current_trio_token() is self._token
        except RuntimeError:
            return False

    is_current = runs_here  # A guest's token is found in its own turns only.

    def stay_for_task(self) -> None:
        try:
            held = _held_by_tasks.get()
        except LookupError:
            _held_by_tasks.set(held := weakref.WeakKeyDictionary())
        held[trio.lowlevel.current_task()] = self

    def call_from_thread(self, callback: Callable[[], object]) -> bool:
        try:
            self._token.run_sync_soon(callback)
        except trio.RunFinishedError:
            return False
        return True
