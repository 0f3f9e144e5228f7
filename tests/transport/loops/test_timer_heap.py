"""The heap of timers, given the time by the tests."""

from __future__ import annotations

import math
import weakref

from hypothesis import given
from hypothesis import strategies as st

from anynet._transport.loops.timer_heap import HeapTimer, TimerHeap


class WatchedTimer(HeapTimer):
    """A timer that a test can see going."""

    __slots__ = ("__weakref__",)


class Clocked:
    """A heap and what it has called."""

    def __init__(self) -> None:
        self.called: list[object] = []
        self.heap = TimerHeap()

    def add(self, deadline: float, name: object) -> HeapTimer:
        timer = WatchedTimer(self.heap, deadline, self.called.append, (name,))
        self.heap.push(timer)
        return timer

    def run(self, now: float) -> None:
        for callback, args in self.heap.pop_due(now):
            callback(*args)


def test_deadlines_in_order_and_equal_ones_as_they_were_made() -> None:
    clocked = Clocked()
    for deadline, name in [(2.0, "c"), (1.0, "a"), (2.0, "d"), (1.0, "b"), (3.0, "later")]:
        clocked.add(deadline, name)
    clocked.run(2.0)
    assert clocked.called == ["a", "b", "c", "d"]
    assert clocked.heap.next_deadline == 3.0


def test_an_empty_heap_is_never_due() -> None:
    assert Clocked().heap.next_deadline == math.inf


def test_cancelling() -> None:
    clocked = Clocked()
    timer = clocked.add(1.0, "cancelled")
    clocked.add(2.0, "kept")
    assert timer.callback is not None
    timer.cancel()
    timer.cancel()
    assert timer.callback is None
    assert clocked.heap.next_deadline == 2.0
    clocked.run(5.0)
    assert clocked.called == ["kept"]


def test_a_callback_cancels_one_that_is_due_with_it() -> None:
    clocked = Clocked()
    second: list[HeapTimer] = []

    def cancel_second() -> None:
        second[0].cancel()

    first = HeapTimer(clocked.heap, 1.0, cancel_second)
    clocked.heap.push(first)
    second.append(clocked.add(1.0, "second"))
    clocked.run(1.0)
    assert clocked.called == []
    assert first.callback is None


def test_timers_that_are_replaced_again_and_again_pile_up_nowhere() -> None:
    clocked = Clocked()
    kept = clocked.add(0.0, "kept")  # At the top, so that no cancelled one ever gets there.
    timers = []
    for number in range(10_000):
        timer = clocked.add(3600.0 + number, number)
        timer.cancel()
        timers.append(weakref.ref(timer))
        del timer
    assert sum(each() is not None for each in timers) < 200
    kept.cancel()
    last = clocked.add(1.0, "last")
    assert clocked.heap.next_deadline == last.deadline


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans())))
def test_exactly_what_was_not_cancelled_is_called_in_order(plan: list[tuple[int, bool]]) -> None:
    clocked = Clocked()
    timers = [clocked.add(deadline, (deadline, n)) for n, (deadline, _) in enumerate(plan)]
    for timer, (_, cancelled) in zip(timers, plan, strict=True):
        if cancelled:
            timer.cancel()
    for now in range(21):
        clocked.run(now)
    kept = [(deadline, n) for n, (deadline, cancelled) in enumerate(plan) if not cancelled]
    assert clocked.called == sorted(kept)
