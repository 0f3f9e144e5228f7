"""Which of many events that are alike are reported: a decision without a clock, and without a log.

A peer must not be able to fill a log. The first event of a kind is reported, and then at most one
line a second of that kind, with the number of those that were not. Kinds are bounded too, as a
program may make new ones without end: those beyond the bound share one.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

#: Seconds between two reports of a kind.
INTERVAL = 1.0
#: How many kinds are told apart.
MAX_KINDS = 256

#: The kind of all others.
OTHERS = "others"


class Report(NamedTuple):
    """What is to be reported."""

    kind: Hashable
    #: What the newest event had to say.
    latest: Any
    #: How many events of that kind there were since the last report.
    events: int
    #: Whether there was none before.
    first: bool


class _Kind:
    __slots__ = ("latest", "reported_at", "unreported")

    def __init__(self) -> None:
        self.latest: Any = None
        self.reported_at = -math.inf
        self.unreported = 0


class Repeats:
    """Counts events by their kind; times are those of the caller's clock, in seconds."""

    __slots__ = ("_kinds",)

    def __init__(self) -> None:
        self._kinds: dict[Hashable, _Kind] = {}

    def note(self, kind: Hashable, now: float, latest: Any = None) -> Report | None:
        """An event happened: what to report of it; None to keep quiet for now.

        ``latest`` is what the event has to say; of those that are not reported the newest is kept.
        """
        if kind not in self._kinds and len(self._kinds) >= MAX_KINDS:
            kind = OTHERS
        first = kind not in self._kinds
        state = self._kinds.setdefault(kind, _Kind())
        state.unreported += 1
        state.latest = latest
        if now - state.reported_at < INTERVAL:
            return None
        return self._report(kind, state, now, first)

    def due(self, now: float, *, early: bool = False) -> Iterator[Report]:
        """What was kept quiet and may be reported now; all of it, if it may be ``early``."""
        for kind, state in self._kinds.items():
            if state.unreported and (early or now - state.reported_at >= INTERVAL):
                yield self._report(kind, state, now)

    def next_due(self) -> float:
        """When something may be reported next; infinite if nothing remains to be."""
        times = [state.reported_at for state in self._kinds.values() if state.unreported]
        return min(times, default=math.inf) + INTERVAL

    def _report(self, kind: Hashable, state: _Kind, now: float, first: bool = False) -> Report:
        events, state.unreported, state.reported_at = state.unreported, 0, now
        return Report(kind, state.latest, events, first)
