"""What happens on the network, each at an instant of its own.

Two things that happened at one instant would wake two tasks together, and Trio runs such tasks in
random order. So time is counted in instants of 100 ns, and an instant in which something has
happened is over: whatever else was due then follows in the next ones, in the order of its key,
which says where it comes from and not who called first. A task that is woken has run until it waits
again before the next instant, as the virtual clock only moves when all wait.

A delay lasts an instant longer than it says: a deadline of the same length comes first.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from typing import TypeAlias

from anynet._transport.loops.host_loop import HostLoop, Timer

#: Seconds.
INSTANT = 1e-7
#: A part of an instant that is lost by rounding.
_ROUNDING = 0.01

#: Where something comes from: of two at one instant, the lesser is first.
Key: TypeAlias = tuple[str, int, str, int]


class Schedule:
    """Calls at instants, counted from when the schedule was made."""

    def __init__(self, host: HostLoop) -> None:
        self._host = host
        self._origin = host.time()
        self._calls: list[tuple[int, Key, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._latest = 0
        #: The instant of the timer, and the timer; there is one while a call is due.
        self._armed: tuple[int, Timer] | None = None
        self._running = False

    @property
    def now(self) -> int:
        """The instant that it is, or the first that is not over."""
        passed = (self._host.time() - self._origin) / INSTANT
        return max(math.ceil(passed - _ROUNDING), self._latest)

    def after(self, seconds: float, key: Key, call: Callable[[], object]) -> None:
        """Call after so many seconds, or soon for 0; never in this instant."""
        self.at(self.now + instants(seconds), key, call)

    def at(self, instant: int, key: Key, call: Callable[[], object]) -> None:
        """Call at ``instant``, or as soon after it as nothing else happens."""
        heapq.heappush(self._calls, (instant, key, next(self._order), call))
        if self._running:
            return  # The timer is set once, when the call is over.
        if self._armed is None or max(instant, self._latest + 1) < self._armed[0]:
            self._arm()

    def clear(self) -> None:
        """Forget all that is due."""
        self._calls.clear()
        if self._armed is not None:
            self._armed[1].cancel()
            self._armed = None

    def _arm(self) -> None:
        if self._armed is not None:
            self._armed[1].cancel()
        instant = max(self._calls[0][0], self._latest + 1)
        timer = self._host.call_at(self._origin + instant * INSTANT, self._run)
        self._armed = (instant, timer)

    def _run(self) -> None:
        assert self._armed is not None
        self._latest, _ = self._armed
        self._armed = None
        _, _, _, call = heapq.heappop(self._calls)
        self._running = True
        try:
            call()
        finally:
            self._running = False
        if self._calls:
            self._arm()


def instants(seconds: float) -> int:
    """A delay in instants, one more than it says."""
    return math.ceil(seconds / INSTANT - _ROUNDING) + 1


def seconds_of(instant: int) -> float:
    """The time of an instant, in seconds since the schedule was made."""
    return round(instant * INSTANT, 7)
