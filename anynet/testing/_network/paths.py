"""The way from one host to another: how long it takes, what is lost, whether there is one.

What is drawn depends on the seed, the two ends and the number of the packet alone, and not on who
called first: so the same seed gives the same network, whatever else runs.
"""

from __future__ import annotations

import hashlib
import math
from typing import TypedDict

import attrs

from anynet._rules.checks import check_bool, check_non_negative_int, check_seconds, shown
from anynet.testing._network.schedule import INSTANT, Key, instants


class PathConditions(TypedDict, total=False):
    """The conditions of a path between two hosts; what is left out stays as it is.

    - ``latency``: seconds that a packet takes (0.001).
    - ``jitter``: seconds that it may take longer, as drawn by the seed (0).
    - ``loss``: the share of packets that are lost (0); what a connection has lost it sends
      again, as TCP does, first after 0.2 seconds and then after twice as long each time.
    - ``bandwidth``: bytes a second, for all connections of the path together (infinity).
    - ``up``: False loses everything (True).
    - ``reset_after``: a connection is reset, on both ends, once so many bytes of it have gone this
      way (None: never).
    """

    latency: float
    jitter: float
    loss: float
    bandwidth: float
    up: bool
    reset_after: int | None


@attrs.define(eq=False)
class Path:
    """One direction between two hosts."""

    #: Seconds that a packet takes, and how much longer at most.
    latency: float = 0.0
    jitter: float = 0.0
    #: The share of packets that are lost.
    loss: float = 0.0
    #: Bytes a second.
    bandwidth: float = math.inf
    up: bool = True
    #: Connections are reset once so many bytes of theirs have gone this way.
    reset_after: int | None = None
    #: Until which instant packets are sent that wait for the bandwidth.
    _busy: float = 0.0

    def set(self, conditions: PathConditions) -> None:
        """Change the conditions that are given, which were checked."""
        for name, value in conditions.items():
            setattr(self, name, value)

    def arrival(self, seed: int, now: int, size: int, key: Key, number: int) -> int | None:
        """The instant at which a packet arrives that is sent now; None for one that is lost."""
        delay = self.latency
        if self.loss or self.jitter:
            loss, jitter = _drawn(seed, key, number)
            if loss < self.loss:
                return None
            delay += self.jitter * jitter
        if not self.up:
            return None
        if self.bandwidth < math.inf:
            self._busy = max(self._busy, now) + size / self.bandwidth / INSTANT
            delay += (self._busy - now) * INSTANT
        return now + instants(delay)


def _drawn(seed: int, key: Key, number: int) -> tuple[float, float]:
    """Two numbers from 0 up to 1."""
    digest = hashlib.blake2b(f"{seed} {key} {number}".encode(), digest_size=16).digest()
    return int.from_bytes(digest[:8], "big") / 2**64, int.from_bytes(digest[8:], "big") / 2**64


def check_conditions(conditions: PathConditions) -> None:
    """Raise :exc:`TypeError` or :exc:`ValueError` for conditions that no path can have."""
    for name, value in conditions.items():
        match name:
            case "latency" | "jitter":
                check_seconds(name, value, allow_infinite=False)
            case "loss":
                if not 0 <= _check_number(name, value) <= 1:
                    raise ValueError(f"loss must be from 0 to 1, not {shown(value)}")
            case "bandwidth":
                if not _check_number(name, value) > 0:
                    raise ValueError(f"bandwidth must be more than 0, not {shown(value)}")
            case "up":
                check_bool(name, value)
            case "reset_after":
                if value is not None:
                    check_non_negative_int(name, value)
            case _:
                known = ", ".join(PathConditions.__annotations__)
                raise TypeError(f"a path has no {name}; it has {known}")


def _check_number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number, not {shown(value)}")
    return value
