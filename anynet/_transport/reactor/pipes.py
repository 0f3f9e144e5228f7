"""Pipes through which ``splice`` moves bytes from one socket to another without copying them.

The rules that live here:

- A pipe with bytes in it never goes back to the pool: the next connection would get them.
- The pool is bounded. What pipes hold counts against a limit of the user (16 384 pages, so 256
  pipes of this size); past it new ones are one page long and cannot be made longer, which is slower
  and otherwise no matter. Without descriptors there are none, and the caller copies instead.
"""

from __future__ import annotations

import fcntl
import os
import sys
from contextlib import suppress

import attrs

#: Bytes that a pipe holds, if the system allows it.
_CAPACITY = 1 << 18
#: So many empty ones are kept for the next who need one.
_MAX_IDLE = 16


def can_splice() -> bool:
    """Whether this platform has ``splice`` (Linux)."""
    return sys.platform == "linux" and hasattr(os, "splice")


@attrs.frozen
class Pipe:
    """The two descriptors of a pipe, non-blocking and close-on-exec."""

    read_end: int
    write_end: int

    def close(self) -> None:
        os.close(self.read_end)
        os.close(self.write_end)


class PipePool:
    """Hands out empty pipes and takes them back."""

    __slots__ = ("_idle", "spliced")

    def __init__(self) -> None:
        self._idle: list[Pipe] = []
        #: Bytes that went into pipes of this pool.
        self.spliced = 0

    def take(self) -> Pipe | None:
        """An empty pipe, or None when the system has none to give."""
        if self._idle:
            return self._idle.pop()
        try:
            pipe = Pipe(*os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC))
        except OSError:
            return None
        with suppress(OSError):  # Past the user's limit it stays short.
            fcntl.fcntl(pipe.write_end, fcntl.F_SETPIPE_SZ, _CAPACITY)
        return pipe

    def give_back(self, pipe: Pipe) -> None:
        """Keep ``pipe``, which must be empty, for the next."""
        if len(self._idle) < _MAX_IDLE:
            self._idle.append(pipe)
        else:
            pipe.close()

    def close(self) -> None:
        """Close those that are kept."""
        while self._idle:
            self._idle.pop().close()
