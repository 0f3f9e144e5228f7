"""Which of many events that are alike are reported, as a table of times."""

from __future__ import annotations

import math

import pytest

from anynet._rules.policy.repeats import INTERVAL, MAX_KINDS, OTHERS, Repeats, Report

#: Times of events of one kind, and what each leads to: how many are reported, or None.
ROWS = [
    ([0.0], [1]),
    ([0.0, 0.0], [1, None]),
    ([0.0, 0.5, 0.999], [1, None, None]),
    ([0.0, 0.5, 1.0], [1, None, 2]),
    ([0.0, 0.5, 1.0, 1.5, 2.0], [1, None, 2, None, 2]),
    ([0.0, 10.0, 20.0], [1, 1, 1]),
    ([-5.0, -4.5, 100.0], [1, None, 2]),
]


@pytest.mark.parametrize(("times", "expected"), ROWS)
def test_one_kind(times: list[float], expected: list[int | None]) -> None:
    repeats = Repeats()
    reports = [repeats.note("kind", now, index) for index, now in enumerate(times)]
    assert [report and report.events for report in reports] == expected
    for index, report in enumerate(reports):
        assert report is None or (report.first, report.latest) == (index == 0, index)


def test_kinds_are_told_apart() -> None:
    repeats = Repeats()
    assert repeats.note("one", 0.0) == Report("one", None, 1, True)
    assert repeats.note("other", 0.0) == Report("other", None, 1, True)
    assert repeats.note("one", 0.0) is None


def test_what_was_kept_quiet_is_due_a_second_after_the_last_report() -> None:
    repeats = Repeats()
    assert repeats.next_due() == math.inf
    repeats.note("one", 0.0)
    assert repeats.next_due() == math.inf
    repeats.note("one", 0.25, "first")
    repeats.note("one", 0.5, "last")
    repeats.note("other", 0.75)
    repeats.note("other", 0.75)
    assert repeats.next_due() == INTERVAL
    assert list(repeats.due(0.9)) == []
    assert list(repeats.due(INTERVAL)) == [Report("one", "last", 2, False)]
    assert repeats.next_due() == 0.75 + INTERVAL
    assert list(repeats.due(INTERVAL, early=True)) == [Report("other", None, 1, False)]
    assert list(repeats.due(INTERVAL, early=True)) == []
    # A report of what was kept counts as one: the next is a second later.
    assert repeats.note("one", INTERVAL + 0.5) is None


def test_kinds_without_end_share_one() -> None:
    repeats = Repeats()
    for number in range(MAX_KINDS):
        assert repeats.note(number, 0.0) == Report(number, None, 1, True)
    assert repeats.note("one more", 0.0) == Report(OTHERS, None, 1, True)
    for number in range(1000):
        assert repeats.note(f"and {number}", 0.5) is None
    assert repeats.note("the last", 1.0) == Report(OTHERS, None, 1001, False)
    assert repeats.note(0, 0.5) is None
