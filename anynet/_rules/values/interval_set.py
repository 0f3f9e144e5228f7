"""Integers that intervals cover: intervals come and go, may overlap, and count as often as added.

A check is a binary search in the intervals as they are merged: disjoint, none bordering another.
Beside those stand the intervals as they were added, sorted too, so that one that goes leaves what
others cover: only those are looked at that made up the same merged interval.

Both are kept in blocks of limited length, so that a change moves few of them about. What a check
reads is never changed, but replaced by one assignment: other threads may check at any time, while
changes are made by one at a time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from typing import TypeAlias

Interval: TypeAlias = tuple[int, int]

_BLOCK_LENGTH = 128


class IntervalSet:
    """The integers that at least one of the intervals, first to last inclusive, covers."""

    __slots__ = ("_added", "_counts", "_merged")

    def __init__(self) -> None:
        self._counts: dict[Interval, int] = {}
        self._added = _SortedIntervals()
        self._merged = _DisjointIntervals()

    def contains(self, number: int) -> bool:
        return self._merged.find(number) is not None

    def add(self, interval: Interval) -> None:
        """Cover an interval, once more if it is there already."""
        count = self._counts[interval] = self._counts.get(interval, 0) + 1
        if count == 1:
            self._added.add(interval)
            self._merged.cover(*interval)

    def remove(self, interval: Interval) -> None:
        """Take back one addition of an interval; it must be there."""
        count = self._counts[interval] = self._counts[interval] - 1
        if count:
            return
        del self._counts[interval]
        self._added.remove(interval)
        merged = self._merged.find(interval[0])
        assert merged is not None
        self._merged.replace(*merged, list(_joined(self._added.starting_in(*merged))))


def _joined(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Sorted intervals, with those made one that overlap or border on one another."""
    joined: Interval | None = None
    for first, last in intervals:
        if joined is None:
            joined = first, last
        elif first <= joined[1] + 1:
            joined = joined[0], max(joined[1], last)
        else:
            yield joined
            joined = first, last
    if joined is not None:
        yield joined


class _SortedIntervals:
    """Distinct intervals, sorted by where they start."""

    __slots__ = ("_blocks", "_heads")

    def __init__(self) -> None:
        self._heads: list[Interval] = []
        self._blocks: list[list[Interval]] = []

    def add(self, interval: Interval) -> None:
        if not self._heads:
            self._heads.append(interval)
            self._blocks.append([])
        index = self._block_of(interval)
        block = self._blocks[index]
        insort(block, interval)
        self._heads[index] = block[0]
        if len(block) > _BLOCK_LENGTH:
            half = _BLOCK_LENGTH // 2
            self._heads.insert(index + 1, block[half])
            self._blocks.insert(index + 1, block[half:])
            del block[half:]

    def remove(self, interval: Interval) -> None:
        index = self._block_of(interval)
        block = self._blocks[index]
        del block[bisect_left(block, interval)]
        if block:
            self._heads[index] = block[0]
        else:
            del self._heads[index], self._blocks[index]

    def starting_in(self, first: int, last: int) -> Iterator[Interval]:
        """Those that start from ``first`` to ``last``, in order."""
        for block in self._blocks[self._block_of((first, first)) :]:
            for interval in block[bisect_left(block, (first, first)) :]:
                if interval[0] > last:
                    return
                yield interval

    def _block_of(self, interval: Interval) -> int:
        return max(bisect_right(self._heads, interval) - 1, 0)


class _DisjointIntervals:
    """Intervals that neither overlap nor border on one another.

    Each block is a list of first numbers beside the list of last numbers, and beside the blocks
    stand their first numbers: comparing integers takes half as long as comparing pairs.
    """

    __slots__ = ("_view",)

    def __init__(self) -> None:
        #: The first number of each block, and the blocks.
        self._view: tuple[list[int], list[tuple[list[int], list[int]]]] = ([], [])

    def find(self, number: int) -> Interval | None:
        """The interval that holds the number."""
        heads, blocks = self._view
        block = bisect_right(heads, number)
        if not block:
            return None
        firsts, lasts = blocks[block - 1]
        index = bisect_right(firsts, number) - 1
        return (firsts[index], lasts[index]) if number <= lasts[index] else None

    def cover(self, first: int, last: int) -> None:
        """Add an interval, merged with those that it overlaps or borders on."""
        before, after = self.find(first - 1), self.find(last + 1)
        first = first if before is None else before[0]
        last = last if after is None else after[1]
        self.replace(first, last, [(first, last)])

    def replace(self, first: int, last: int, intervals: list[Interval]) -> None:
        """Put sorted intervals in the place of what lies from ``first`` to ``last``.

        No interval may go beyond that on one side.
        """
        heads, blocks = self._view
        start = max(bisect_right(heads, first) - 1, 0)
        stop = max(bisect_right(heads, last), start + 1)
        touched = blocks[start:stop] or [([], [])]
        kept_before = bisect_left(touched[0][0], first)
        kept_after = bisect_right(touched[-1][0], last)
        firsts = [*touched[0][0][:kept_before], *(each[0] for each in intervals)]
        lasts = [*touched[0][1][:kept_before], *(each[1] for each in intervals)]
        firsts += touched[-1][0][kept_after:]
        lasts += touched[-1][1][kept_after:]
        # One that is too long is halved, so that neither half has to be again soon.
        size = len(firsts) if len(firsts) <= _BLOCK_LENGTH else _BLOCK_LENGTH // 2
        cuts = range(0, len(firsts), size or 1)
        new = [(firsts[cut : cut + size], lasts[cut : cut + size]) for cut in cuts]
        self._view = (
            [*heads[:start], *(block[0][0] for block in new), *heads[stop:]],
            [*blocks[:start], *new, *blocks[stop:]],
        )
