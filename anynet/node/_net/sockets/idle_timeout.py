"""The idle timeout of a socket."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from anynet._transport.loops.idle_timer import IdleTimer
from anynet._transport.reactor.reactor import Reactor


class IdleTimeout:
    """Calls ``expired`` once when nothing has happened for ``seconds``, and after later silences.

    It never keeps the runtime open.
    """

    __slots__ = ("_last", "_reactor", "_timer", "progress")

    def __init__(
        self, reactor: Reactor, seconds: float, expired: Callable[[IdleTimeout], object]
    ) -> None:
        self._reactor = reactor
        #: How much had been sent when that was last looked at.
        self.progress: int = 0
        self._last = reactor.time()
        self._timer = IdleTimer(
            seconds,
            time=reactor.time,
            call_at=partial(reactor.call_at, ref=False),
            latest_activity=lambda: self._last,
            on_idle=lambda: expired(self),
        )

    def touch(self, progress: int | None = None) -> None:
        """Something has happened; ``progress`` is how much has been sent by now."""
        self._last = self._reactor.time()
        if progress is not None:
            self.progress = progress

    def stop(self) -> None:
        """Never call back again."""
        self._timer.cancel()
