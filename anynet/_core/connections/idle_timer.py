"""The idle timeout of a connection: activity only stamps a time, and one timer checks it lazily."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from anynet._transport.loops.host_loop import Timer
from anynet._transport.streams.stream_base import StreamBase

IdleAction = Literal["close", "notify"]


class IdleTimer:
    """Watches ``stream``; after ``seconds`` without activity closes it, or calls ``notify``.

    A notice comes once; the next one needs an activity in between.
    """

    __slots__ = ("_action", "_noticed", "_notify", "_seconds", "_stream", "_timer")

    def __init__(
        self, stream: StreamBase, seconds: float, action: IdleAction, notify: Callable[[], object]
    ) -> None:
        self._stream = stream
        self._seconds = seconds
        self._action = action
        self._notify = notify
        self._noticed = float("-inf")
        stream.start_tracking()
        self._timer: Timer = stream.host.call_at(stream.host.time() + seconds, self._check)

    def cancel(self) -> None:
        """Stop watching."""
        self._timer.cancel()
        self._stream.track_activity = False

    def _check(self) -> None:
        host = self._stream.host
        latest = self._stream.latest_activity()
        due = latest + self._seconds
        now = host.time()
        if now >= due:
            if self._action == "close":
                self._stream.expire(self._seconds)
                return
            if latest > self._noticed:
                self._noticed = latest
                self._notify()
            due = now + self._seconds
        self._timer = host.call_at(due, self._check)
