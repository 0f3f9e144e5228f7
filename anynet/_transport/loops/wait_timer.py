"""Noticing that an operation waits too long for the peer: a receive, or a send.

Only waiting counts: a program that is busy between two receives does not hold that against its
peer, and whether anything lies in the kernel meanwhile cannot be told without reading. So each wait
counts from its own beginning, and one that is cancelled is over.

A wait only stamps a time, as activity does for an idle timer. One timer sleeps until the earliest
moment at which a wait may have lasted long enough, looks at the stamp, and sleeps again. It is set
by a wait and not set again when it finds none, so that it is one heap operation in ``seconds`` at
most, and none where nothing waits.

A loop that was blocked for that long finds the deadline and what came meanwhile in the same turn,
and would blame the peer for it: so the kernel is asked once before a wait counts as too long.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from anynet._transport.loops.host_loop import Timer

T = TypeVar("T")


class WaitTimer:
    """Calls ``on_late`` when a wait has lasted ``seconds`` without progress.

    ``latest_progress`` is when a part of what is waited for last came or went, on the clock
    ``time``, at which ``call_at`` calls back. ``is_over`` tells whether the wait is about to end,
    though its task has not run yet. One wait at a time is bound.
    """

    __slots__ = (
        "_call_at",
        "_is_over",
        "_latest_progress",
        "_on_late",
        "_seconds",
        "_since",
        "_time",
        "_timer",
    )

    def __init__(
        self,
        seconds: float,
        *,
        time: Callable[[], float],
        call_at: Callable[[float, Callable[[], Any]], Timer],
        latest_progress: Callable[[], float],
        is_over: Callable[[], bool],
        on_late: Callable[[], object],
    ) -> None:
        self._seconds = seconds
        self._time = time
        self._call_at = call_at
        self._latest_progress = latest_progress
        self._is_over = is_over
        self._on_late = on_late
        #: When the wait under way began; None without one.
        self._since: float | None = None
        self._timer: Timer | None = None

    async def bound(self, wait: Awaitable[T]) -> T:
        """Await ``wait``, bounded."""
        self.begin()
        try:
            return await wait
        finally:
            self.end()

    def begin(self) -> None:
        """A wait begins, of one who does not await it here."""
        self._since = now = self._time()
        if self._timer is None:
            self._timer = self._call_at(now + self._seconds, self._check)

    def end(self) -> None:
        """It is over."""
        self._since = None

    def cancel(self) -> None:
        """Do not call back for what waits now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        self._timer = None
        if self._since is None:
            return
        now = self._time()
        due = max(self._since, self._latest_progress()) + self._seconds
        if now >= due and not self._is_over():
            self._on_late()
        else:
            self._timer = self._call_at(due if now < due else now + self._seconds, self._check)
