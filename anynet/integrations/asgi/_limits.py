"""What a client may take its time for, and the clock that this is told by.

The rules that live here:

- A timer for each request would cost more than reading it. So a wait only notes when it has to be
  over, and twice a second one task looks at all connections: limits are exact to a tick. Nor is the
  clock asked for each request: it is read once a tick, and the header ``date`` is made with it.
- What a client sends or takes slowly is bounded by a rate: a body may last as long as its size
  warrants, and no client holds a connection by a byte now and then.
"""

from __future__ import annotations

import email.utils

import attrs

#: The seconds between two looks at all connections, at most.
MAX_TICK = 0.5
#: The slowest that a client may be, in bytes a second, once its time limit is used up.
MIN_RATE = 1000
#: A look is so many times as frequent as the shortest limit asks for.
_LOOKS = 4


@attrs.frozen(kw_only=True)
class Limits:
    """The limits of one handler; see :class:`ApplicationHandler`."""

    keep_alive_timeout: float
    head_timeout: float
    body_timeout: float
    send_timeout: float
    max_head: int

    @property
    def tick(self) -> float:
        """How often to look at all connections, in seconds."""
        shortest = min(
            self.keep_alive_timeout, self.head_timeout, self.body_timeout, self.send_timeout
        )
        return min(MAX_TICK, shortest / _LOOKS)


class Clock:
    """The time as of the last tick."""

    def __init__(self) -> None:
        self.now = 0.0
        self.date = b""

    def tick(self, now: float) -> None:
        """It is ``now`` on the clock of the event loop."""
        self.now = now
        self.date = email.utils.formatdate(usegmt=True).encode()
