"""The log of what an application raises: ``anynet.asgi``.

As in the log of a server, nobody fills it by asking for what fails: of each kind the first failure
comes with its traceback, and then a line a second at most, with a count. A kind is the type of the
error and the line that raised it, not its text, which may hold what a client sent.
"""

from __future__ import annotations

import logging
import traceback

_log = logging.getLogger("anynet.asgi")

#: How many kinds are told apart; with more, all begin anew.
_MAX_KINDS = 1000


class FailureLog:
    """The log of one handler; :meth:`write` is called about once a second."""

    def __init__(self) -> None:
        #: How often each kind came since the last line about it.
        self._repeated: dict[str, int] = {}

    def note(self, method: str, path: str, error: Exception) -> None:
        """The application failed to answer a request."""
        kind = _kind_of(error)
        if kind in self._repeated:
            self._repeated[kind] += 1
            return
        if len(self._repeated) >= _MAX_KINDS:
            self.write()
            self._repeated.clear()
        self._repeated[kind] = 0
        _log.error("the application failed at %s %.200r", method, path, exc_info=error)

    def write(self) -> None:
        """Write what was kept back."""
        for kind, count in self._repeated.items():
            if count:
                self._repeated[kind] = 0
                _log.error("the application failed %d times more: %s", count, kind)


def _kind_of(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    where = f" ({frames[0].filename}, line {frames[0].lineno})" if frames else ""
    return f"{type(error).__name__}{where}"
