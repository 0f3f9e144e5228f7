"""The order of connection attempts to a host that has several addresses (RFC 8305).

Section 4 is which address comes when, section 5 how long one may keep the next from starting.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Protocol, TypeVar


class HasFamily(Hashable, Protocol):
    """An address, as far as its place in the order depends on it."""

    @property
    def family(self) -> object: ...


A = TypeVar("A", bound=HasFamily)


def interleave(addresses: Sequence[A]) -> list[A]:
    """The order to try addresses in: the families take turns, the first answer's begins.

    Within a family the order is kept; what is left of the longer family comes last. An address
    that comes again is dropped.
    """
    distinct = dict.fromkeys(addresses)
    leading = [each for each in distinct if each.family == addresses[0].family]
    other = [each for each in distinct if each.family != addresses[0].family]
    turns = min(len(leading), len(other))
    ordered = [each for pair in zip(leading, other, strict=False) for each in pair]
    return ordered + leading[turns:] + other[turns:]


def next_start(*, started_at: float, now: float, failed: bool, attempt_delay: float) -> float:
    """When the attempt after the latest one starts, on the clock that `now` was read from.

    That is at once if the latest one failed, else `attempt_delay` seconds after its start; it
    is never in the past.
    """
    return now if failed else max(now, started_at + attempt_delay)
