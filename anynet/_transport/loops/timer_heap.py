"""Callbacks at times, in a heap that is given the time and never asks for it.

Cancelling is lazy. A cancelled timer stays in the heap until it comes to the top, so that setting
and cancelling one costs no search; where more than half of the heap has been cancelled, all of
those go at once, or timers of hours that are replaced again and again would pile up. Timers of the
same deadline call back in the order in which they were set.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

#: So many cancelled timers may stay in a heap however small it is.
MIN_CANCELLED = 64

Call: TypeAlias = tuple[Callable[..., object], tuple[Any, ...]]


class HeapTimer:
    """A callback at a time. It is set once it has been pushed on its heap."""

    __slots__ = ("_heap", "args", "callback", "deadline")

    def __init__(
        self,
        heap: TimerHeap,
        deadline: float,
        callback: Callable[..., object],
        args: tuple[Any, ...] = (),
    ) -> None:
        self._heap = heap
        self.deadline: float = deadline
        #: None once it has been called or cancelled.
        self.callback: Callable[..., object] | None = callback
        self.args: tuple[Any, ...] = args

    def cancel(self) -> None:
        """Never call back. Cancelling again does nothing."""
        if self.callback is not None:
            self.clear()
            self._heap.note_cancelled()

    def clear(self) -> None:
        """Let go of the callback, which is about to be called or never will be."""
        self.callback = None
        self.args = ()


class TimerHeap:
    """Timers in the order of their deadlines."""

    __slots__ = ("_cancelled", "_order", "entries")

    def __init__(self) -> None:
        #: Empty: no timer is set. For those who ask in each turn of a loop.
        self.entries: list[tuple[float, int, HeapTimer]] = []
        self._order = itertools.count()
        self._cancelled = 0

    def push(self, timer: HeapTimer) -> None:
        """Set ``timer``."""
        heapq.heappush(self.entries, (timer.deadline, next(self._order), timer))

    def note_cancelled(self) -> None:
        """Count a timer that has been cancelled, and drop all of those where they are many."""
        self._cancelled += 1
        if self._cancelled > max(len(self.entries) // 2, MIN_CANCELLED):
            self.entries = [entry for entry in self.entries if entry[2].callback is not None]
            heapq.heapify(self.entries)
            self._cancelled = 0

    @property
    def next_deadline(self) -> float:
        """When the earliest is due; infinity when there is none."""
        entries = self.entries
        while entries and entries[0][2].callback is None:
            heapq.heappop(entries)
            self._cancelled -= 1
        return entries[0][0] if entries else math.inf

    def pop_due(self, now: float) -> Iterator[Call]:
        """What is due at ``now``, one after the other; a callback may set and cancel timers."""
        while self.next_deadline <= now:
            timer = heapq.heappop(self.entries)[2]
            callback, args = timer.callback, timer.args
            timer.clear()
            assert callback is not None
            yield callback, args
