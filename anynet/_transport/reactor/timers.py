"""The timers of a reactor: a heap that is told the time, and never asks for it."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

#: So many cancelled timers may stay in the heap before it is cleaned.
_FEW = 64


class ReactorTimer:
    """A callback at a time. Get it from ``Reactor.call_later``."""

    __slots__ = ("_heap", "args", "callback", "deadline", "refed")

    def __init__(
        self,
        deadline: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        heap: TimerHeap,
    ) -> None:
        self.deadline: float = deadline
        self.callback: Callable[..., object] | None = callback
        self.args: tuple[Any, ...] = args
        #: Does it keep the reactor running?
        self.refed: bool = False
        self._heap = heap

    def cancel(self) -> None:
        """Never call back. Cancelling again does nothing."""
        if self.callback is not None:
            self._heap.cancel(self)

    def ref(self) -> None:
        """Let it keep the reactor running, until it has called back."""
        self._heap.set_refed(self, True)

    def unref(self) -> None:
        """Don't let it keep the reactor running."""
        self._heap.set_refed(self, False)


class TimerHeap:
    """Timers in the order of their deadlines; those with the same in the order of their making."""

    __slots__ = ("_cancelled", "_entries", "_hold", "_order")

    def __init__(self, hold: Callable[[int], None]) -> None:
        self._entries: list[tuple[float, int, ReactorTimer]] = []
        self._order = itertools.count()
        self._cancelled = 0
        self._hold = hold

    def add(
        self, deadline: float, callback: Callable[..., object], args: tuple[Any, ...], ref: bool
    ) -> ReactorTimer:
        timer = ReactorTimer(deadline, callback, args, self)
        heapq.heappush(self._entries, (deadline, next(self._order), timer))
        if ref:
            self.set_refed(timer, True)
        return timer

    def set_refed(self, timer: ReactorTimer, refed: bool) -> None:
        if timer.refed != refed and timer.callback is not None:
            timer.refed = refed
            self._hold(1 if refed else -1)

    def cancel(self, timer: ReactorTimer) -> None:
        self.set_refed(timer, False)
        timer.callback = None
        timer.args = ()
        self._cancelled += 1
        if self._cancelled > max(len(self._entries) // 2, _FEW):
            # Or else timers of hours that are replaced again and again would pile up.
            self._entries = [entry for entry in self._entries if entry[2].callback is not None]
            heapq.heapify(self._entries)
            self._cancelled = 0

    @property
    def next_deadline(self) -> float:
        """When the earliest is due; infinity when there is none."""
        entries = self._entries
        while entries and entries[0][2].callback is None:
            heapq.heappop(entries)
            self._cancelled -= 1
        return entries[0][0] if entries else math.inf

    def pop_due(self, now: float) -> Iterator[tuple[Callable[..., object], tuple[Any, ...]]]:
        """What is due at ``now``, one after the other; a callback may add and cancel timers."""
        while self.next_deadline <= now:
            timer = heapq.heappop(self._entries)[2]
            callback, args = timer.callback, timer.args
            self.set_refed(timer, False)
            timer.callback = None
            timer.args = ()
            assert callback is not None
            yield callback, args
