"""The idle timeout of a socket.

Rules that live here: it never keeps the runtime open, as Node's timer is unref'ed; activity is
stamped by ``HandleLink`` (what is read and written, connects, the peer's end), and costs no timer.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import partial

from anynet._transport.loops.idle_timer import IdleTimer
from anynet._transport.reactor.reactor import Reactor
from anynet.node._errors.errors import invalid_arg_type, out_of_range
from anynet.node._loop.timers import TimeoutOverflowWarning

#: The longest timeout in milliseconds.
MAX_TIMEOUT = 2**31 - 1


class IdleTimeout:
    """Calls ``expired`` when nothing has happened for ``seconds``; again after later silences."""

    __slots__ = ("_last", "_reactor", "_timer")

    def __init__(
        self, reactor: Reactor, seconds: float, expired: Callable[[IdleTimeout], object]
    ) -> None:
        self._reactor = reactor
        self._last = reactor.time()
        self._timer = IdleTimer(
            seconds,
            time=reactor.time,
            call_at=partial(reactor.call_at, ref=False),
            latest_activity=lambda: self._last,
            on_idle=lambda: expired(self),
        )

    def touch(self) -> None:
        """Note an activity."""
        self._last = self._reactor.time()

    def stop(self) -> None:
        """Never call back again."""
        self._timer.cancel()


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
