"""Noticing that nothing has happened for a while: for the await face and for the adapter.

Activity only stamps a time, and costs no timer: one timer sleeps until the earliest moment at which
there may have been silence for long enough, looks at the stamp, and sleeps again. It goes on after
a notice, since activity does not tell it; so the next notice comes as exactly as the first.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from anynet._transport.loops.host_loop import Timer


class IdleTimer:
    """Calls ``on_idle`` after ``seconds`` without activity; again only after another activity.

    ``latest_activity`` gives the time of the latest one, on the clock ``time``, at which
    ``call_at`` calls back.
    """

    __slots__ = (
        "_call_at",
        "_latest_activity",
        "_noticed",
        "_on_idle",
        "_seconds",
        "_time",
        "_timer",
    )

    def __init__(
        self,
        seconds: float,
        *,
        time: Callable[[], float],
        call_at: Callable[[float, Callable[[], Any]], Timer],
        latest_activity: Callable[[], float],
        on_idle: Callable[[], object],
    ) -> None:
        self._seconds = seconds
        self._time = time
        self._call_at = call_at
        self._latest_activity = latest_activity
        self._on_idle = on_idle
        #: The latest activity at the latest notice.
        self._noticed = -math.inf
        self._timer: Timer | None = call_at(time() + seconds, self._check)

    def cancel(self) -> None:
        """Never call back again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        latest, now = self._latest_activity(), self._time()
        due = latest + self._seconds
        if now >= due:
            due = now + self._seconds
            if latest > self._noticed:
                self._noticed = latest
                self._on_idle()
        if self._timer is not None:  # Else that was the last notice: it was cancelled there.
            self._timer = self._call_at(due, self._check)
