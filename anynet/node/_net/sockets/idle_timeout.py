"""The idle timeout of a socket: a single timer that checks lazily how long nothing has happened.

Rules that live here:

* Activity only stamps a time; the timer sleeps until the deadline as it was known when it began to
  sleep, and looks again. So a packet costs no operation on the heap of timers.
* The timeout is reported once; the next report needs an activity in between (Node refreshes its
  timer on activity only).
* The timer never keeps the runtime open, as Node's is unref'ed.

The activity is stamped by ``HandleLink``: what is read and written, connects and ends.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

from anynet._transport.reactor.reactor import Reactor
from anynet._transport.reactor.timers import ReactorTimer
from anynet.node._errors.errors import invalid_arg_type, out_of_range
from anynet.node._loop.timers import TimeoutOverflowWarning

#: The longest timeout in milliseconds.
MAX_TIMEOUT = 2**31 - 1


class IdleTimeout:
    """Calls ``expired(self)`` when nothing has happened for ``seconds``."""

    __slots__ = ("_expired", "_last", "_reactor", "_seconds", "_timer", "progress")

    def __init__(
        self, reactor: Reactor, seconds: float, expired: Callable[[IdleTimeout], object]
    ) -> None:
        self._reactor = reactor
        self._seconds = seconds
        self._expired: Callable[[IdleTimeout], object] | None = expired
        self._timer: ReactorTimer | None = None
        #: How many bytes the kernel had taken at the latest activity that said so.
        self.progress: int = 0
        self._last = 0.0
        self.touch()

    def touch(self, progress: int | None = None) -> None:
        """Note an activity; ``progress`` is how many bytes the kernel has taken by now."""
        self._last = self._reactor.time()
        if progress is not None:
            self.progress = progress
        if self._timer is None:
            self._sleep()

    def _sleep(self) -> None:
        if self._expired is not None:
            deadline = self._last + self._seconds
            self._timer = self._reactor.call_at(deadline, self._check, ref=False)

    def _check(self) -> None:
        self._timer = None
        if self._last + self._seconds > self._reactor.time():
            self._sleep()
        elif self._expired is not None:
            self._expired(self)

    def stop(self) -> None:
        """Never report again."""
        self._expired = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def timeout_milliseconds(msecs: object) -> float:
    """The argument of ``setTimeout``, checked; the warning is for the caller of the caller."""
    if isinstance(msecs, bool) or not isinstance(msecs, int | float):
        raise invalid_arg_type("msecs", "number", msecs)
    if not 0 <= msecs < math.inf:
        raise out_of_range("msecs", "a non-negative finite number", msecs)
    if msecs > MAX_TIMEOUT:
        warnings.warn(
            f"{msecs} does not fit into a 32-bit signed integer.\n"
            f"Timer duration was truncated to {MAX_TIMEOUT}.",
            TimeoutOverflowWarning,
            stacklevel=3,
        )
        return MAX_TIMEOUT
    return msecs
