"""The order of connection attempts and when the next one starts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anynet._rules.policy.attempts import interleave, next_start
from anynet._rules.values.addresses import SocketAddress


def addresses(names: str) -> list[SocketAddress]:
    """`"4a 6b"`: an IPv4 address and another, an IPv6 one, told apart by their letters."""
    texts = {"4": "10.0.0.{}", "6": "fe80::{}"}
    return [SocketAddress(texts[name[0]].format(ord(name[1])), 80) for name in names.split()]


@pytest.mark.parametrize(
    ("answers", "order"),
    [
        ("", ""),
        ("4a", "4a"),
        ("6a 4a", "6a 4a"),
        ("4a 6a", "4a 6a"),
        ("6a 6b 4a 4b", "6a 4a 6b 4b"),
        ("4a 4b 6a 6b", "4a 6a 4b 6b"),
        ("6a 4a 4b 4c", "6a 4a 4b 4c"),
        ("4a 4b 4c 6a", "4a 6a 4b 4c"),
        ("6a 6b 6c", "6a 6b 6c"),
        ("6a 6a 4a 6a 4a 6b", "6a 4a 6b"),
    ],
)
def test_families_take_turns(answers: str, order: str) -> None:
    assert interleave(addresses(answers)) == addresses(order)


def test_ports_and_scopes_make_addresses_distinct() -> None:
    distinct = [
        SocketAddress("fe80::1", 80),
        SocketAddress("fe80::1", 81),
        SocketAddress("fe80::1", 80, scope_id=2),
    ]
    assert interleave(distinct) == distinct


@given(
    st.lists(
        st.builds(
            SocketAddress,
            st.sampled_from(["1.1.1.1", "2.2.2.2", "3.3.3.3", "::1", "::2", "::3"]),
            st.integers(1, 3),
        )
    )
)
def test_nothing_is_lost_and_each_family_keeps_its_order(answers: list[SocketAddress]) -> None:
    ordered = interleave(answers)
    assert set(ordered) == set(answers)
    assert len(ordered) == len(set(answers))
    assert ordered[:1] == answers[:1]
    for family in ("ipv4", "ipv6"):
        kept = [each for each in dict.fromkeys(answers) if each.family == family]
        assert [each for each in ordered if each.family == family] == kept
    families = [each.family for each in ordered]
    turns = 2 * min(families.count("ipv4"), families.count("ipv6"))
    assert all(families[at] != families[at + 1] for at in range(turns - 1))
    assert len(set(families[turns:])) <= 1


@pytest.mark.parametrize(
    ("started_at", "now", "failed", "expected"),
    [
        (100.0, 100.0, False, 100.25),
        (100.0, 100.2, False, 100.25),
        (100.0, 100.5, False, 100.5),
        (100.0, 100.1, True, 100.1),
        (100.0, 107.0, True, 107.0),
    ],
)
def test_the_next_attempt_waits_unless_the_latest_failed(
    started_at: float, now: float, failed: bool, expected: float
) -> None:
    start = next_start(started_at=started_at, now=now, failed=failed, attempt_delay=0.25)
    assert start == expected
