"""The idle timeout of a socket."""

from __future__ import annotations

from collections.abc import Callable

from anynet._transport.reactor.reactor import Reactor
from anynet._transport.reactor.timers import ReactorTimer


class IdleTimer:
    """Tells once when nothing has happened for ``seconds``, then again after the next activity.

    Activity only stamps a time; a single timer sleeps until the deadline and looks again. It never
    keeps the runtime open.
    """

    __slots__ = ("_expired", "_last", "_reactor", "_seconds", "_timer", "progress")

    def __init__(
        self, reactor: Reactor, seconds: float, expired: Callable[[IdleTimer], object]
    ) -> None:
        self._reactor = reactor
        self._seconds = seconds
        self._expired: Callable[[IdleTimer], object] | None = expired
        self._timer: ReactorTimer | None = None
        #: How much had been sent when that was last looked at.
        self.progress: int = 0
        self._last = 0.0
        self.touch()

    def touch(self, progress: int | None = None) -> None:
        """Something has happened; ``progress`` is how much has been sent by now."""
        self._last = self._reactor.time()
        if progress is not None:
            self.progress = progress
        if self._timer is None:
            self._sleep()

    def _sleep(self) -> None:
        if self._expired is not None:
            deadline = self._last + self._seconds
            self._timer = self._reactor.call_at(deadline, self._look, ref=False)

    def _look(self) -> None:
        self._timer = None
        if self._last + self._seconds > self._reactor.time():
            self._sleep()
        elif self._expired is not None:
            self._expired(self)

    def stop(self) -> None:
        """Never tell again."""
        self._expired = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
