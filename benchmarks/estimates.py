"""Medians with the interval that they are known to: by bootstrap, the same at every call."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from statistics import median

import attrs

CONFIDENCE = 0.95
RESAMPLES = 10_000


@attrs.frozen(kw_only=True)
class Estimate:
    """The median of some rounds, and its 95 % bootstrap interval."""

    median: float
    low: float
    high: float
    rounds: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Estimate | None:
        """None when there are no values."""
        known = sorted(values)
        if not known:
            return None
        low, high = bootstrap_interval(known)
        return cls(median=median(known), low=low, high=high, rounds=len(known))


def bootstrap_interval(known: Sequence[float]) -> tuple[float, float]:
    """Between which the medians of most resamples lie; the values in ascending order.

    With five values or fewer that is from the lowest to the highest.
    """
    ranks = _ranks_of_medians(len(known))
    medians = sorted(((known[a] + known[b]) / 2, count) for (a, b), count in ranks.items())
    outside = RESAMPLES * (1 - CONFIDENCE) / 2
    return _quantile(medians, outside), _quantile(medians, RESAMPLES - outside)


def _quantile(counted: Sequence[tuple[float, int]], position: float) -> float:
    seen = 0
    for value, count in counted:
        seen += count
        if seen >= position:
            return value
    return counted[-1][0]


@lru_cache
def _ranks_of_medians(size: int) -> Counter[tuple[int, int]]:
    """How often which two ranks are in the middle of a resample; twice the same if it is odd.

    Drawn once for each number of values: where the median of a resample stands among the sorted
    values does not depend on the values.
    """
    chance = random.Random(size)
    ranks: Counter[tuple[int, int]] = Counter()
    for _ in range(RESAMPLES):
        drawn = sorted(chance.choices(range(size), k=size))
        ranks[drawn[(size - 1) // 2], drawn[size // 2]] += 1
    return ranks
