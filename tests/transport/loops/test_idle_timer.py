"""Silence on a clock that stands still until it is moved: rows of activities and notices."""

from __future__ import annotations

import pytest

from anynet._transport.loops.idle_timer import IdleTimer
from anynet._transport.loops.timer_heap import HeapTimer, TimerHeap


class Clock:
    """A clock and its timers."""

    def __init__(self) -> None:
        self.now = 0.0
        self.heap = TimerHeap()
        self.timers = 0

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: object) -> HeapTimer:
        assert callable(callback)
        assert when > self.now
        self.timers += 1
        timer = HeapTimer(self.heap, when, callback)
        self.heap.push(timer)
        return timer

    def move_to(self, moment: float) -> None:
        while self.heap.next_deadline <= moment:
            self.now = self.heap.next_deadline
            for callback, args in self.heap.pop_due(self.now):
                callback(*args)
        self.now = moment


#: When something happens; when a timeout of 10 seconds is noticed, up to second 100.
ROWS: list[tuple[list[float], list[float]]] = [
    ([], [10]),
    ([3], [13]),
    ([3, 12.5, 22], [32]),
    ([9.5], [19.5]),
    ([15], [10, 25]),
    ([15, 17, 50], [10, 27, 60]),
    ([10.5, 21, 95], [10, 20.5, 31]),
]


@pytest.mark.parametrize(("activities", "expected"), ROWS)
def test_notices(activities: list[float], expected: list[float]) -> None:
    clock, latest, notices = Clock(), 0.0, list[float]()
    timer = IdleTimer(
        10,
        time=clock.time,
        call_at=clock.call_at,
        latest_activity=lambda: latest,
        on_idle=lambda: notices.append(clock.now),
    )
    for moment in activities:
        clock.move_to(moment)
        latest = moment
    clock.move_to(100)
    assert notices == expected
    timer.cancel()
    clock.move_to(200)
    assert notices == expected


def test_activity_costs_no_timer() -> None:
    clock, latest = Clock(), 0.0
    timer = IdleTimer(
        10,
        time=clock.time,
        call_at=clock.call_at,
        latest_activity=lambda: latest,
        on_idle=lambda: None,
    )
    for moment in range(1000):
        clock.move_to(moment / 100)
        latest = clock.now
    assert clock.timers <= 2
    timer.cancel()


def test_a_notice_may_cancel() -> None:
    clock = Clock()

    def cancel() -> None:
        timer.cancel()

    timer = IdleTimer(
        10,
        time=clock.time,
        call_at=clock.call_at,
        latest_activity=lambda: 0.0,
        on_idle=cancel,
    )
    clock.move_to(100)
    assert clock.timers == 1
