"""What one address may have: which address it is, how many connections, how fast they come."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anynet._rules.policy import by_address
from anynet._rules.policy.by_address import AddressLimits, TokenBuckets, address_key
from anynet._rules.values.addresses import Address, SocketAddress

ONE, OTHER = b"\x7f\0\0\1", b"\x7f\0\0\2"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (SocketAddress("192.0.2.1", 1), SocketAddress("192.0.2.1", 2), True),
        (SocketAddress("192.0.2.1", 1), SocketAddress("192.0.2.2", 1), False),
        (SocketAddress("192.0.2.1", 1), SocketAddress("::ffff:192.0.2.1", 1), True),
        (SocketAddress("::ffff:192.0.2.1"), SocketAddress("::ffff:192.0.2.2"), False),
        (SocketAddress("2001:db8:0:1::1"), SocketAddress("2001:db8:0:1:ffff::9"), True),
        (SocketAddress("2001:db8:0:1::1"), SocketAddress("2001:db8:0:2::1"), False),
        (SocketAddress("::1"), SocketAddress("::2"), True),
        (SocketAddress("::1"), SocketAddress("::ffff:0.0.0.1"), False),
        (SocketAddress("0.0.0.0"), SocketAddress("::"), False),
    ],
)
def test_what_is_one_address(one: SocketAddress, other: SocketAddress, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same


@pytest.mark.parametrize("remote", [None, "", "/run/app.sock", "\0name", "192.0.2.1"])
def test_what_has_no_address(remote: Address | None) -> None:
    assert address_key(remote) is None


def test_without_limits_nothing_is_kept() -> None:
    limits = AddressLimits(None, None)
    for now in range(100):
        assert not limits.is_full(ONE)
        assert not limits.is_too_fast(ONE, now)
        limits.admit(ONE, now)
        limits.opened(ONE)
    assert not limits._open


def test_what_has_no_address_has_no_limit() -> None:
    limits = AddressLimits(1, 1)
    for _ in range(10):
        assert not limits.is_full(None)
        assert not limits.is_too_fast(None, 0)
        limits.admit(None, 0)
        limits.opened(None)
    limits.closed(None)


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from(["open", "close"]), st.sampled_from([ONE, OTHER]))),
)
def test_each_address_has_so_many_and_no_more(limit: int, steps: list[tuple[str, bytes]]) -> None:
    limits, model = AddressLimits(limit, None), Counter[bytes]()
    for step, key in steps:
        assert limits.is_full(key) is (model[key] >= limit)
        if step == "open" and model[key] < limit:
            limits.opened(key)
            model[key] += 1
        elif step == "close" and model[key]:
            limits.closed(key)
            model[key] -= 1
    assert limits._open == +model  # Nothing is kept of who is gone.


# -- the rate -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "at_once"), [(0.1, 1), (0.5, 1), (1, 1), (1.9, 1), (2, 2), (2.5, 2), (100, 100)]
)
def test_a_burst_is_a_second_s_worth_and_at_least_one(rate: float, at_once: int) -> None:
    limits = AddressLimits(None, rate)
    accepted = 0
    while not limits.is_too_fast(ONE, 1e9):
        limits.admit(ONE, 1e9)
        accepted += 1
    assert accepted == at_once
    assert not limits.is_too_fast(OTHER, 1e9)
    missing = 1 - (max(1, rate) - at_once)  # Of the next token.
    assert limits.is_too_fast(ONE, 1e9 + 0.9 * missing / rate)
    assert not limits.is_too_fast(ONE, 1e9 + 1.1 * missing / rate)


#: In eighths, so that the model is exact.
gaps = st.integers(0, 40).map(lambda eighths: eighths / 8)


@given(
    st.sampled_from([0.25, 0.5, 1, 2, 4, 8]),
    st.lists(st.tuples(gaps, st.sampled_from([ONE, OTHER])), max_size=200),
)
def test_buckets_are_those_that_forget_nothing(
    rate: float, steps: list[tuple[float, bytes]]
) -> None:
    """A model that keeps the bucket of every address for ever makes the same decisions."""
    limits, now = AddressLimits(None, rate), 0.0
    capacity = max(1.0, rate)
    tokens = {ONE: capacity, OTHER: capacity}
    for gap, key in steps:
        now += gap
        tokens = {each: min(capacity, held + gap * rate) for each, held in tokens.items()}
        assert limits.is_too_fast(key, now) is (tokens[key] < 1)
        if tokens[key] >= 1:
            limits.admit(key, now)
            tokens[key] -= 1


@given(st.floats(0.01, 1000), st.lists(st.floats(0, 10), min_size=1, max_size=200))
def test_no_span_of_time_has_more_than_the_rate_allows(rate: float, gaps: list[float]) -> None:
    limits, now = AddressLimits(None, rate), 0.0
    accepted: list[float] = []
    for gap in gaps:
        now += gap
        if not limits.is_too_fast(ONE, now):
            limits.admit(ONE, now)
            accepted.append(now)
    for first in range(len(accepted)):
        for last in range(first, len(accepted)):
            span = accepted[last] - accepted[first]
            assert last - first + 1 <= max(1, rate) + span * rate + 1e-6


def test_those_who_do_not_come_again_are_forgotten() -> None:
    buckets = TokenBuckets(10)
    for number in range(10_000):
        buckets.take(number, number / 1000)  # A thousand a second, and a bucket fills in one.
        assert len(buckets) <= 2001


def test_a_bucket_is_kept_until_it_is_full_again() -> None:
    buckets = TokenBuckets(1)
    for key in range(5):
        buckets.take(key, 0)
    assert [buckets.tokens(key, 0) for key in range(5)] == [0] * 5
    buckets.take("before", 100)
    buckets.take("late", 100.9)
    buckets.take("after", 101)
    assert buckets.tokens("late", 101) == pytest.approx(0.1)


def test_buckets_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_address, "MAX_BUCKETS", 100)
    buckets = TokenBuckets(0.001)
    for number in range(1000):
        buckets.take(number, 0)
        assert len(buckets) <= 200


def test_what_stands_for_an_address() -> None:
    def key(text: str) -> bytes | None:
        return address_key(SocketAddress(text, 1))

    assert address_key(None) is address_key("/path") is None
    assert key("192.0.2.1") == key("::ffff:192.0.2.1") == bytes([192, 0, 2, 1])
    assert (
        key("2001:db8::1")
        == key("2001:db8::ffff:ffff:ffff:ffff")
        == bytes.fromhex("20010db800000000")
    )
    assert key("2001:db8:0:1::1") != key("2001:db8::1")
