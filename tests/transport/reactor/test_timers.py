"""The heap of a reactor's timers, told the time by the tests."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from anynet._transport.reactor.timers import ReactorTimer, TimerHeap


class Clocked:
    """A heap with what it holds and what it has called."""

    def __init__(self) -> None:
        self.held = 0
        self.called: list[object] = []
        self.heap = TimerHeap(self._hold)

    def _hold(self, change: int) -> None:
        self.held += change

    def add(self, deadline: float, name: object, *, ref: bool = True) -> ReactorTimer:
        return self.heap.add(deadline, self.called.append, (name,), ref)

    def run(self, now: float) -> None:
        calls: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
        for callback, args in self.heap.pop_due(now):
            callback(*args)
            calls.append((callback, args))


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
    second: list[ReactorTimer] = []

    def cancel_second() -> None:
        second[0].cancel()

    clocked.heap.add(1.0, cancel_second, (), True)
    second.append(clocked.add(1.0, "second"))
    clocked.run(1.0)
    assert clocked.called == []
    assert clocked.held == 0


def test_what_is_held() -> None:
    clocked = Clocked()
    refed, unrefed = clocked.add(1.0, "refed"), clocked.add(1.0, "unrefed", ref=False)
    assert clocked.held == 1
    unrefed.ref()
    unrefed.ref()
    assert clocked.held == 2
    refed.unref()
    assert clocked.held == 1
    clocked.run(1.0)
    assert clocked.held == 0
    refed.ref()  # It has called back: it holds nothing any more.
    assert clocked.held == 0


def test_timers_that_are_replaced_again_and_again_pile_up_nowhere() -> None:
    clocked = Clocked()
    sizes = set()
    for number in range(10_000):
        clocked.add(3600.0 + number, number).cancel()
        sizes.add(len(list(clocked.heap.pop_due(0.0))))
    last = clocked.add(1.0, "last")
    assert clocked.heap.next_deadline == last.deadline
    assert clocked.held == 1


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
    assert clocked.held == 0
