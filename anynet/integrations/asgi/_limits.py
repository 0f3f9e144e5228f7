"""What a client may take its time for, and the clock that this is told by.

The rules that live here:

- A timer for each request would cost more than reading it. So a wait only notes when it has to be
  over, and twice a second one task looks at all connections: limits are exact to a tick. Nor is the
  clock asked for each request: it is read once a tick, and the header ``date`` is made with it.
- Of a time in which the event loop was blocked two ticks count: no client is to blame for it, and
  what it has sent meanwhile is still to be read.
- What a client sends or takes slowly is bounded by a rate: a body, or a response, may last as long
  as its size warrants, and no client holds a connection by a byte now and then.
"""

from __future__ import annotations

import email.utils
from typing import Any

import attrs

#: The seconds between two looks at all connections, at most.
MAX_TICK = 0.5
#: The slowest that a body may come, in bytes a second, once its time limit is used up.
MIN_RATE = 1000
#: A look is so many times as frequent as the shortest limit asks for.
_LOOKS = 4


_POSITIVE: Any = attrs.validators.gt(0)
#: Validators of what the user says.
SECONDS: Any = attrs.validators.and_(attrs.validators.instance_of((int, float)), _POSITIVE)
SIZE: Any = attrs.validators.and_(attrs.validators.instance_of(int), _POSITIVE)


@attrs.frozen(kw_only=True)
class Limits:
    """The limits of one handler; see :class:`ApplicationHandler`."""

    keep_alive_timeout: float = attrs.field(validator=SECONDS)
    head_timeout: float = attrs.field(validator=SECONDS)
    body_timeout: float = attrs.field(validator=SECONDS)
    send_timeout: float = attrs.field(validator=SECONDS)
    max_head: int = attrs.field(validator=SIZE)

    @property
    def tick(self) -> float:
        """How often to look at all connections, in seconds."""
        shortest = min(
            self.keep_alive_timeout, self.head_timeout, self.body_timeout, self.send_timeout
        )
        return min(MAX_TICK, shortest / _LOOKS)


class Clock:
    """The time as of the last tick, from 0 on, and the date.

    It is told when it ticks by the clock of the event loop; a tick comes every ``interval`` seconds
    where the loop is not blocked.
    """

    def __init__(self, interval: float) -> None:
        self.now: float = 0.0
        self.date: bytes = b""
        self._most = 2 * interval
        self._last_tick = 0.0

    def start(self, now: float) -> None:
        """It begins to tick."""
        self._last_tick = now
        self.tick(now)

    def tick(self, now: float) -> None:
        """It is ``now`` for the event loop."""
        self.now += min(now - self._last_tick, self._most)
        self._last_tick = now
        self.date = email.utils.formatdate(usegmt=True).encode()
