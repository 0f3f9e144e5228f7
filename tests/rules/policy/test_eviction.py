"""Who is evicted: the oldest of the address that has most, whatever came and went before."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anynet._rules.policy.eviction import Crowd, prelude_bound


def test_the_oldest_of_the_address_that_has_most() -> None:
    crowd: Crowd[int] = Crowd()
    for member, key in enumerate("abbcbc"):
        crowd.add(member, key)
    evicted = []
    while crowd:
        evicted.append(crowd.victim())
        crowd.discard(evicted[-1])
    # b has three; then b and c have two, and c has had them for longer; at last each has one.
    assert evicted == [1, 3, 2, 0, 5, 4]


def test_who_left_cannot_be_evicted_and_may_leave_again() -> None:
    crowd: Crowd[str] = Crowd()
    crowd.add("first", b"a")
    crowd.add("second", b"a")
    crowd.discard("first")
    crowd.discard("first")
    assert "first" not in crowd
    assert crowd.victim() == "second"


def test_those_without_an_address_count_as_of_one() -> None:
    crowd: Crowd[int] = Crowd()
    for member, key in enumerate([b"a", b"a", None, None, None]):
        crowd.add(member, key)
    assert crowd.victim() == 2


@given(st.lists(st.tuples(st.sampled_from("+-!"), st.integers(0, 3)), max_size=200))
def test_against_a_model(steps: list[tuple[str, int]]) -> None:
    """The model is a list of (key, member), and looks at all of it each time."""
    crowd: Crowd[int] = Crowd()
    model: list[tuple[int, int]] = []
    for member, (step, number) in enumerate(steps):
        if step == "+":
            crowd.add(member, number)
            model.append((number, member))
        elif model and step == "-":
            gone = model.pop(number % len(model))
            crowd.discard(gone[1])
        elif model:
            keys = [key for key, _ in model]
            most = max(map(keys.count, keys))
            oldest = {
                key: next(each for other, each in model if other == key)
                for key in keys
                if keys.count(key) == most
            }
            victim = crowd.victim()
            assert victim in oldest.values()
            crowd.discard(victim)
            model = [each for each in model if each[1] != victim]
        assert len(crowd) == len(model)
    for _, member in model:
        crowd.discard(member)
    assert not crowd
    assert not any(vars(crowd)[name] for name in ("_keys", "_members", "_by_count", "_most"))


@pytest.mark.parametrize("addresses", [1, 10, 1000])
def test_an_eviction_costs_the_same_however_many_there_are(addresses: int) -> None:
    """Counted in lines of Python that run, which no busy machine changes."""

    def lines(members: int) -> int:
        crowd: Crowd[int] = Crowd()
        for member in range(members):
            crowd.add(member, member % addresses)
        count = 0

        def trace(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal count
            count += event == "line"
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            for member in range(members, 2 * members):
                crowd.discard(crowd.victim())
                crowd.add(member, member % addresses)
        finally:
            sys.settrace(before)
        return count

    assert lines(4000) <= 2 * lines(2000) * 1.1


@pytest.mark.parametrize(
    ("given", "descriptors", "expected"),
    [
        (None, 1024, 512),
        (None, 3, 1),
        (None, 1, 1),
        (None, 0, 1),
        (None, 1_000_000, 4096),
        (None, None, 4096),
        (7, 1024, 7),
        (100_000, 1024, 100_000),
    ],
)
def test_how_many_preludes_there_may_be(
    given: int | None, descriptors: int | None, expected: int
) -> None:
    assert prelude_bound(given, descriptors) == expected


def test_who_is_in_a_crowd() -> None:
    crowd: Crowd[str] = Crowd()
    crowd.add("one", "here")
    assert "one" in crowd and "other" not in crowd
    crowd.discard("one")
    assert "one" not in crowd
