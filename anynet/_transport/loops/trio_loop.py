"""The host loop on Trio, by ``wait_readable`` and ``wait_writable``, and its timers.

Trio registers a descriptor anew for each wait, and wakes who is parked when the descriptor is about
to be closed; there is nothing to keep between parks.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Awaitable, Callable

import trio
from trio.lowlevel import wait_readable, wait_writable

from anynet._transport.loops.host_loop import HostLoop, Parkable, Timer

#: So many cancelled timers may stay in the heap of Trio's timers.
_FEW_TIMERS = 64


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


class TrioHostLoop(HostLoop):
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
