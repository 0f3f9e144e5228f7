"""The timers of a reactor: which of them keep it running, and until when."""

from __future__ import annotations

from anynet._transport.loops.timer_heap import TimerHeap
from anynet._transport.reactor.timers import ReactorTimer


class Clocked:
    """Timers of a heap, and how many of them keep the reactor running."""

    def __init__(self) -> None:
        self.held = 0
        self.heap = TimerHeap()

    def add_ref(self) -> None:
        self.held += 1

    def release(self) -> None:
        self.held -= 1

    def add(self, deadline: float) -> ReactorTimer:
        timer = ReactorTimer(self.heap, deadline, lambda: None, (), self)
        self.heap.push(timer)
        timer.ref()
        return timer


def test_a_timer_holds_until_it_has_called_back() -> None:
    clocked = Clocked()
    refed, unrefed = clocked.add(1.0), clocked.add(1.0)
    unrefed.unref()
    unrefed.unref()
    assert clocked.held == 1
    unrefed.ref()
    unrefed.ref()
    assert clocked.held == 2
    refed.unref()
    assert clocked.held == 1
    # A callback sees what is left without its own timer.
    assert [clocked.held for _ in clocked.heap.pop_due(1.0)] == [1, 0]
    refed.ref()  # It has called back: it holds nothing any more.
    assert clocked.held == 0


def test_a_cancelled_timer_holds_nothing() -> None:
    clocked = Clocked()
    timer, other = clocked.add(1.0), clocked.add(2.0)
    timer.cancel()
    timer.cancel()
    timer.ref()
    assert clocked.held == 1
    other.cancel()
    assert clocked.held == 0
