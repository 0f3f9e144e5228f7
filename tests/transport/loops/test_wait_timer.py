"""Waits on a clock that stands still until it is moved: rows of waits, and what is late."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import Any

import pytest

from anynet._transport.loops.timer_heap import HeapTimer, TimerHeap
from anynet._transport.loops.wait_timer import WaitTimer

SECONDS = 10


class Stage:
    """A clock, its timers, and one wait at a time of an operation."""

    def __init__(self) -> None:
        self.now = 0.0
        self.heap = TimerHeap()
        self.timers = 0
        self.progress = 0.0
        self.over = False
        self.late: list[float] = []
        self.operation: Coroutine[Any, Any, None] | None = None
        self.timer = WaitTimer(
            SECONDS,
            time=lambda: self.now,
            call_at=self.call_at,
            latest_progress=lambda: self.progress,
            is_over=lambda: self.over,
            on_late=lambda: self.late.append(self.now),
        )

    def call_at(self, when: float, callback: Any) -> HeapTimer:
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

    def begin(self) -> None:
        self.operation = self.timer.bound(_Parked())
        self.operation.send(None)

    def end(self) -> None:
        assert self.operation is not None
        with pytest.raises(StopIteration):
            self.operation.send(None)

    def cancel(self) -> None:
        assert self.operation is not None
        self.operation.close()


class _Parked:
    def __await__(self) -> Generator[None, None, None]:
        yield


#: What happens at which second, and when a wait has lasted for too long, up to second 100.
ROWS: dict[str, tuple[list[tuple[float, str]], list[float]]] = {
    "nothing waits": ([], []),
    "one wait": ([(5, "begin")], [15]),
    "it ends in time": ([(5, "begin"), (14, "end")], []),
    "it is cancelled in time": ([(5, "begin"), (14, "cancel")], []),
    "each counts for itself": ([(5, "begin"), (14, "end"), (14.5, "begin")], [24.5]),
    "the time between two does not count": ([(0, "begin"), (1, "end"), (50, "begin")], [60]),
    "a cancelled one is over": ([(0, "begin"), (9, "cancel"), (9, "begin")], [19]),
    "progress counts": ([(0, "begin"), (7, "progress"), (16, "progress")], [26]),
    "progress before it does not": ([(3, "progress"), (8, "begin")], [18]),
}


@pytest.mark.parametrize("row", ROWS)
def test_waits(row: str) -> None:
    happenings, expected = ROWS[row]
    stage = Stage()
    for moment, what in happenings:
        stage.move_to(moment)
        if what == "progress":
            stage.progress = moment
        else:
            getattr(stage, what)()
    stage.move_to(100)
    assert stage.late == expected
    if stage.operation is not None:
        stage.cancel()


def test_many_waits_cost_no_timers() -> None:
    stage = Stage()
    for moment in range(1, 10_000):
        stage.begin()
        stage.move_to(moment / 100)
        stage.end()
    assert stage.timers <= 100 / SECONDS + 1
    assert not stage.late


def test_no_timer_is_left_where_nothing_waits() -> None:
    stage = Stage()
    stage.begin()
    stage.end()
    stage.move_to(1000)
    assert stage.heap.next_deadline == float("inf")


def test_what_the_kernel_holds_already_is_not_late() -> None:
    stage = Stage()
    stage.begin()
    stage.over = True
    stage.move_to(15)
    assert not stage.late
    stage.over = False
    stage.move_to(20)
    assert stage.late == [20]
    stage.cancel()


def test_a_cancelled_timer_calls_nobody() -> None:
    stage = Stage()
    stage.begin()
    stage.timer.cancel()
    stage.move_to(100)
    assert not stage.late
    stage.cancel()
