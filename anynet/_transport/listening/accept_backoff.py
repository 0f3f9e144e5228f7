"""Back off when accept() fails for lack of resources: a reserve, a pause, a line of the log.

:func:`anynet._rules.policy.accepting.decide` says what is to be done; here are the clock, the
descriptor in reserve and the log that it takes. Measured at the limit of descriptors: AnyIO's
``serve`` ends with the first EMFILE, asyncio writes 0.5 MB of log in three seconds, Bun keeps a
core busy. Node stays quiet and recovers, by a descriptor in reserve; so does this.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable

from anynet._rules.policy.accepting import (
    FAILED_CONNECTION,
    FIRST_DELAY,
    MAX_DELAY,
    SHORTAGES,
    Backoff,
    BackoffState,
    Decision,
    decide,
)
from anynet._transport.listening.listener import Listener
from anynet._transport.sockets.closing import close_fd, close_socket

_log = logging.getLogger("anynet")

_MAX_REFUSED_AT_ONCE = 128
_LOG_INTERVAL = 1.0


class AcceptBackoff:
    """What an accept loop does about the errors of accept().

    A descriptor kept in reserve is given up for a moment, so that waiting connections can be
    accepted and closed: their clients learn at once that the server is full. In between the server
    pauses, longer and longer up to a second, so that it neither spins nor fills its log.
    """

    __slots__ = (
        "_delay",
        "_failed",
        "_logged_at",
        "_refuse_at",
        "_reserve",
        "_time",
        "_unexplained",
        "active",
        "refused",
    )

    _time: Callable[[], float]

    def __init__(self) -> None:
        self._reserve: int | None = None
        self._delay = FIRST_DELAY
        self._failed = 0
        self._unexplained = 0
        #: When the last pause is over.
        self._refuse_at = float("-inf")
        self._logged_at = float("-inf")
        #: Whether :meth:`reset` has anything to do.
        self.active: bool = False
        #: How many connections were refused.
        self.refused: int = 0

    def start(self, time: Callable[[], float]) -> None:
        """Put a descriptor in reserve; ``time`` is the clock of the event loop."""
        self._time = time
        self._keep_reserve()

    def reset(self) -> None:
        """A connection was accepted: the next shortage starts with a short pause again."""
        self._delay = FIRST_DELAY
        self._failed = self._unexplained = 0
        if self._reserve is None:
            self._keep_reserve()
        self.active = self._reserve is None

    def on_error(self, listener: Listener, error: OSError) -> Decision | Backoff:
        """What to do after accept() of ``listener`` failed; all but the waiting is done here."""
        self.active = True
        if error.errno in FAILED_CONNECTION:
            self._failed += 1
        elif error.errno not in SHORTAGES:
            self._unexplained += 1
        now = self._time()
        state = BackoffState(
            self._failed, self._unexplained, self._delay, remaining=self._refuse_at - now
        )
        decision = decide(error.errno or 0, backoff=state)
        if not isinstance(decision, Backoff):
            return decision
        if error.errno not in SHORTAGES:
            return self.hold_off(listener, error)
        if decision.refuse_waiting:
            self._refuse_waiting(listener)
            self._log(listener, error)
            self._refuse_at = now + self._delay
            self._delay = min(self._delay * 2, MAX_DELAY)
        return decision

    def hold_off(self, listener: Listener, error: OSError) -> Backoff:
        """Log the error, and leave the listener alone for a while."""
        self._failed = 0
        self._log(listener, error)
        return Backoff(FIRST_DELAY)

    def reject(self, listener: Listener, sock: socket.socket, error: OSError) -> None:
        """Close a connection that was accepted but cannot be used."""
        close_socket(sock)
        self.refused += 1
        self._log(listener, error)

    def _log(self, listener: Listener, error: OSError) -> None:
        now = self._time()
        if now - self._logged_at >= _LOG_INTERVAL:
            self._logged_at = now
            _log.warning(
                "cannot accept connections on %s: %s; %d refused so far",
                listener.address,
                error.strerror or error,
                self.refused,
            )

    def close(self) -> None:
        """Give the reserve up."""
        if self._reserve is not None:
            close_fd(self._reserve)
            self._reserve = None

    def _keep_reserve(self) -> None:
        try:
            self._reserve = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._reserve = None  # There is no descriptor now; reset() tries again.
            self.active = True

    def _refuse_waiting(self, listener: Listener) -> None:
        self.close()
        try:
            for _ in range(_MAX_REFUSED_AT_ONCE):
                sock, _peer = listener.accept()
                self.refused += 1
                close_socket(sock)
        except OSError:
            pass  # No more waiting (BlockingIOError), or the freed descriptor is gone already.
        self._keep_reserve()
