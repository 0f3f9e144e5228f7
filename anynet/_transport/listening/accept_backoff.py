"""Surviving what lets nobody in: a reserve to refuse connections with, and a backoff."""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Callable

from anynet._transport.listening.provider import Listening

_log = logging.getLogger("anynet")

#: accept(2) fails with these when the process, the system or the kernel's memory is exhausted.
SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
_MOST_REFUSED_AT_ONCE = 128
_SECONDS_BETWEEN_LOG_LINES = 1.0


class AcceptBackoff:
    """What to do when connections cannot be accepted, mostly for want of descriptors.

    A descriptor kept in reserve is given up for a moment, so that waiting connections can be
    accepted and closed: their clients learn at once that the server is full. In between the server
    pauses, longer and longer up to a second, so that it neither spins nor fills its log.
    """

    __slots__ = ("_logged_at", "_pause", "_refuse_at", "_reserve", "_time", "refused")

    _time: Callable[[], float]

    def __init__(self) -> None:
        self._reserve: int | None = None
        self._pause = _FIRST_PAUSE
        self._refuse_at = float("-inf")
        self._logged_at = float("-inf")
        self.refused = 0

    def start(self, time: Callable[[], float]) -> None:
        """Put a descriptor in reserve; ``time`` is the clock of the event loop."""
        self._time = time
        self._keep_reserve()

    def over(self) -> None:
        """A connection was accepted: the next shortage starts with a short pause again."""
        self._pause = _FIRST_PAUSE
        if self._reserve is None:
            self._keep_reserve()

    def meet(self, listener: Listening, error: OSError) -> float:
        """Nothing can be accepted from ``listener``; returns for how many seconds to pause.

        Where that is for want of descriptors or memory, what waits there is refused; but not when
        the last pause isn't over yet, which a connection that ended has cut short: others may
        be about to end.
        """
        if error.errno not in SHORTAGES:
            self._log(listener, error)
            return _FIRST_PAUSE
        now = self._time()
        if now >= self._refuse_at:
            self._refuse_waiting(listener)
            self._log(listener, error)
            self._refuse_at = now + self._pause
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return self._refuse_at - now

    def refuse(self, listener: Listening, sock: socket.socket, error: OSError) -> None:
        """Close a connection that was accepted but cannot be used."""
        sock.close()
        self.refused += 1
        self._log(listener, error)

    def _log(self, listener: Listening, error: OSError) -> None:
        now = self._time()
        if now - self._logged_at >= _SECONDS_BETWEEN_LOG_LINES:
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
            os.close(self._reserve)
            self._reserve = None

    def _keep_reserve(self) -> None:
        try:
            self._reserve = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._reserve = None  # There is no descriptor now; over() tries again.

    def _refuse_waiting(self, listener: Listening) -> None:
        self.close()
        try:
            for _ in range(_MOST_REFUSED_AT_ONCE):
                sock, _peer = listener.accept()
                self.refused += 1
                sock.close()
        except OSError:
            pass  # No more waiting (BlockingIOError), or the freed descriptor is gone already.
        self._keep_reserve()
