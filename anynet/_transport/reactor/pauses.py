"""When the relays of a loop are looked at later, so that there is more to do at once.

A turn of the host loop costs as much as several splices, and with streams that keep it busy most
turns bring one piece. Looking again a millisecond later brings the pieces of all streams
together, for a third less CPU a byte (docs/decisions/relay.md). The rules that live here:

- A pause must not cost bytes: phases with pauses alternate with some without, and where fewer
  bytes a second pass with them (requests of many bytes that wait for their answers), or where a
  look finds a single event, there are none for a while, longer after each trial that failed.
- A turn with small messages is followed by none. One that comes during a pause waits for its end.
"""

from __future__ import annotations

#: Seconds. Python's event loops sleep whole milliseconds where nothing else wakes them.
PAUSE = 0.001
#: Bytes an event of a turn without small messages.
_LARGE = 16384
#: Seconds of a phase, of one that may cost bytes, and without a turn after which what has been
#: measured says nothing.
_PHASE, _TRIAL, _GAP = 0.03, 0.01, 0.01
#: Events of a look, on average, and what part of the rate without pauses must be kept.
_FEWEST_EVENTS, _KEPT = 2, 0.7
#: Phases in a row with pauses before one without.
_PHASES_BETWEEN = 30
#: Seconds from a trial that failed to the next.
_SHORTEST_WAIT, _LONGEST_WAIT = 0.1, 16.0


class Pauses:
    """Decides for one poller, turn by turn."""

    __slots__ = (
        "_began",
        "_bytes",
        "_events",
        "_good_phases",
        "_latest",
        "_next_trial",
        "_pausing",
        "_rate",
        "_turns",
        "_wait",
    )

    def __init__(self) -> None:
        self._pausing = False
        #: Bytes a second of the last phase without pauses.
        self._rate = 0.0
        self._good_phases = 0
        self._wait = _SHORTEST_WAIT
        self._next_trial = 0.0
        self._latest = 0.0
        self._begin(0.0)

    def after_turn(self, now: float, events: int, size: int) -> float:
        """Seconds until the next look, after a turn in which ``size`` bytes were spliced."""
        if now - self._latest > _GAP:
            self._begin(now)
        self._latest = now
        self._turns += 1
        self._events += events
        self._bytes += size
        on_trial = self._pausing and not self._good_phases
        if now - self._began >= (_TRIAL if on_trial else _PHASE):
            self._judge(now)
            self._begin(now)
        return PAUSE if self._pausing and size >= events * _LARGE else 0.0

    def _begin(self, now: float) -> None:
        self._began = now
        self._turns = self._events = self._bytes = 0

    def _judge(self, now: float) -> None:
        rate = self._bytes / (now - self._began)
        if not self._pausing:
            self._rate = rate
            self._pausing = now >= self._next_trial
        elif rate < _KEPT * self._rate or self._events < _FEWEST_EVENTS * self._turns:
            self._pausing, self._good_phases = False, 0
            self._next_trial = now + self._wait
            self._wait = min(2 * self._wait, _LONGEST_WAIT)
        else:
            self._good_phases += 1
            self._wait = _SHORTEST_WAIT
            self._pausing = self._good_phases % _PHASES_BETWEEN != 0
