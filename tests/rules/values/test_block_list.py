"""The block list: what its rules block, how they are printed, and what it refuses."""

from __future__ import annotations

import copy
import json
import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from anynet._rules.values.addresses import SocketAddress
from anynet._rules.values.block_list import BlockList

MAPPED_SPELLINGS = [
    "::ffff:1.2.3.4",
    "::FFFF:1.2.3.4",
    "::ffff:0102:0304",
    "::ffff:102:304",
    "0:0:0:0:0:ffff:1.2.3.4",
    "0000:0000:0000:0000:0000:ffff:0102:0304",
    "::0:ffff:102:304",
    "::ffff:1.2.3.4%lo",
]


def test_an_empty_list_blocks_nothing() -> None:
    block_list = BlockList()
    assert not block_list.check("1.2.3.4")
    assert not block_list.check("::1")
    assert block_list.rules == []
    assert len(block_list) == 0


def test_a_single_address() -> None:
    block_list = BlockList()
    block_list.add_address("1.2.3.4")
    block_list.add_address(SocketAddress("fe80::1", 80))
    assert block_list.check("1.2.3.4")
    assert block_list.check("fe80::1")
    assert block_list.check("fe80:0:0::1")
    assert not block_list.check("1.2.3.5")
    assert not block_list.check("1.2.3.3")
    assert not block_list.check("fe80::2")


def test_a_range_includes_both_ends() -> None:
    block_list = BlockList()
    block_list.add_range("10.0.0.1", "10.0.0.10")
    block_list.add_range(SocketAddress("::a"), "::c")
    blocked = [each for each in range(13) if block_list.check(f"10.0.0.{each}")]
    assert blocked == list(range(1, 11))
    assert [each for each in "89abcdef" if block_list.check(f"::{each}")] == ["a", "b", "c"]


def test_a_range_may_be_of_one_address_or_of_all() -> None:
    block_list = BlockList()
    block_list.add_range("10.0.0.1", "10.0.0.1")
    assert block_list.check("10.0.0.1")
    assert not block_list.check("10.0.0.2")
    block_list.add_range("0.0.0.0", "255.255.255.255")
    assert block_list.check("0.0.0.0")
    assert block_list.check("255.255.255.255")


@pytest.mark.parametrize(
    ("network", "prefix", "blocked", "free"),
    [
        ("10.0.0.0", 8, ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0"]),
        ("10.1.2.3", 8, ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0"]),
        ("10.0.0.0/8", None, ["10.0.0.0", "10.255.255.255"], ["11.0.0.0"]),
        ("1.2.3.4", 32, ["1.2.3.4"], ["1.2.3.3", "1.2.3.5"]),
        ("1.2.3.4", 31, ["1.2.3.4", "1.2.3.5"], ["1.2.3.3", "1.2.3.6"]),
        ("1.2.3.4", 0, ["0.0.0.0", "255.255.255.255"], ["::1", "fe80::"]),
        ("2001:db8::", 32, ["2001:db8:ffff::"], ["2001:db9::", "2001:db7::"]),
        ("2001:db8::1/128", None, ["2001:db8::1"], ["2001:db8::", "2001:db8::2"]),
        ("fe80::%eth0", 10, ["fe80::1", "febf::%lo"], ["fec0::"]),
        (SocketAddress("10.0.0.0", 80), 8, ["10.3.4.5"], ["11.0.0.0"]),
    ],
)
def test_a_subnet(network: Any, prefix: int | None, blocked: list[str], free: list[str]) -> None:
    block_list = BlockList()
    block_list.add_subnet(network, prefix)
    assert [block_list.check(each) for each in blocked] == [True] * len(blocked)
    assert [block_list.check(each) for each in free] == [False] * len(free)


@pytest.mark.parametrize(
    "add",
    [
        lambda each: each.add_address("1.2.3.4"),
        lambda each: each.add_range("1.2.3.0", "1.2.3.9"),
        lambda each: each.add_subnet("1.2.0.0", 16),
        lambda each: each.add_address("::ffff:1.2.3.4"),
        lambda each: each.add_address("::ffff:102:304"),
        lambda each: each.add_range("::ffff:1.0.0.0", "::ffff:2.0.0.0"),
        lambda each: each.add_subnet("::ffff:1.2.3.4", 128),
        lambda each: each.add_subnet("::ffff:1.2.3.0", 120),
        lambda each: each.add_subnet("::ffff:0:0", 96),
        lambda each: each.add_subnet("::ffff:0:0", 95),
        lambda each: each.add_subnet("::", 80),
        lambda each: each.add_subnet("::", 0),
    ],
)
def test_an_ipv4_address_and_its_mapped_form_are_one_peer(add: Callable[[BlockList], None]) -> None:
    block_list = BlockList()
    add(block_list)
    assert block_list.check("1.2.3.4")
    assert block_list.check(SocketAddress("1.2.3.4", 80))
    assert block_list.check("1.2.3.4", "ipv4")
    for spelling in MAPPED_SPELLINGS:
        assert block_list.check(spelling)
        assert block_list.check(spelling, "ipv6")
        assert not block_list.check(spelling, "ipv4")


@pytest.mark.parametrize(
    ("start", "end"), [("::", "ffff::"), ("::ffff:1.0.0.0", "2000::"), ("::", "::ffff:2.0.0.0")]
)
def test_an_ipv6_range_with_an_end_that_is_not_mapped_leaves_ipv4_alone(
    start: str, end: str
) -> None:
    block_list = BlockList()
    block_list.add_range(start, end)
    assert not block_list.check("1.2.3.4")
    assert block_list.check("::ffff:1.2.3.4")


@pytest.mark.parametrize("network", ["::/95", "::/96", "1::/16", "::ffff:0:0:0/96", "64:ff9b::/96"])
def test_a_subnet_beside_the_mapped_addresses_leaves_ipv4_alone(network: str) -> None:
    block_list = BlockList()
    block_list.add_subnet(network)
    assert not block_list.check("1.2.3.4")
    assert not block_list.check("::ffff:1.2.3.4")


def test_ipv4_rules_meet_only_mapped_addresses_of_ipv6() -> None:
    block_list = BlockList()
    block_list.add_subnet("0.0.0.0/0")
    assert block_list.check("::ffff:0.0.0.0")
    assert block_list.check("::ffff:255.255.255.255")
    assert not block_list.check("::1.2.3.4")
    assert not block_list.check("64:ff9b::1.2.3.4")
    assert not block_list.check("::fffe:1.2.3.4")


@pytest.mark.parametrize(
    "text",
    ["", "x", "01.2.3.4", "1.2.3", "1.2.3.4/32", "1.2.3.4:80", "[::1]", "1.2.3.4\0", "\ud800"],
)
def test_text_that_is_no_address_is_not_blocked(text: str) -> None:
    block_list = BlockList()
    block_list.add_subnet("0.0.0.0/0")
    block_list.add_subnet("::/0")
    assert not block_list.check(text)
    assert not block_list.check(text, "ipv4")
    assert not block_list.check(text, "ipv6")


def test_a_family_limits_what_text_counts_as() -> None:
    block_list = BlockList()
    block_list.add_address("1.2.3.4")
    block_list.add_address("fe80::1")
    assert not block_list.check("1.2.3.4", "ipv6")
    assert not block_list.check("fe80::1", "ipv4")
    assert block_list.check("fe80::1", "ipv6")
    assert block_list.check(SocketAddress("1.2.3.4"), "ipv6")


def test_rules_are_printed_by_kind_the_newest_first() -> None:
    block_list = BlockList()
    block_list.add_address("1.2.3.4")
    block_list.add_address("5.6.7.8")
    block_list.add_address("1.2.3.4")
    block_list.add_range("10.0.0.1", "10.0.0.10")
    block_list.add_range("10.0.0.1", "10.0.0.10")
    block_list.add_subnet("8592:757C:efae:4e45::", 64)
    block_list.add_subnet("10.1.2.3/08")
    block_list.add_address("0:0::FFFF:1.2.3.4")
    block_list.add_range("::A", "::b%lo")
    assert block_list.rules == [
        "Address: IPv4 5.6.7.8",
        "Address: IPv6 ::ffff:1.2.3.4",
        "Subnet: IPv4 10.1.2.3/8",
        "Subnet: IPv6 8592:757c:efae:4e45::/64",
        "Range: IPv6 ::a-::b",
        "Range: IPv4 10.0.0.1-10.0.0.10",
        "Range: IPv4 10.0.0.1-10.0.0.10",
    ]
    assert len(block_list) == 7
    assert repr(block_list) == "<BlockList of 7 rules>"
    block_list.clear()
    assert block_list.rules == []
    assert not block_list.check("1.2.3.4") and not block_list.check("10.0.0.5")


@pytest.mark.parametrize("added", MAPPED_SPELLINGS)
@pytest.mark.parametrize("removed", MAPPED_SPELLINGS)
def test_an_address_is_removed_by_any_spelling(added: str, removed: str) -> None:
    block_list = BlockList()
    block_list.add_address(added)
    block_list.add_address("1.2.3.4")
    assert block_list.rules == ["Address: IPv4 1.2.3.4"]
    assert block_list.remove_address(removed)
    assert not block_list.check("1.2.3.4") and not block_list.check(added)
    assert not block_list.remove_address(removed)


def test_a_removal_takes_one_addition_back_by_its_text() -> None:
    block_list = BlockList()
    for network in ("10.1.1.1/8", "10.0.0.0/8", "FE80::1%lo/64", "10.1.1.1/8"):
        block_list.add_subnet(network)
    block_list.add_range("10.0.0.1", "10.0.0.9")
    block_list.add_range("10.0.0.1", "10.0.0.9")
    assert block_list.remove_subnet("10.1.1.1", 8)
    assert not block_list.remove_subnet("10.2.2.2/8")
    assert block_list.remove_subnet("fe80:0::1/64")
    assert block_list.rules[:2] == ["Subnet: IPv4 10.0.0.0/8", "Subnet: IPv4 10.1.1.1/8"]
    assert block_list.remove_subnet("10.1.1.1/8")
    assert not block_list.remove_subnet("10.1.1.1/8")
    assert block_list.check("10.3.3.3")
    assert block_list.remove_subnet("10.0.0.0/8")
    assert not block_list.check("10.3.3.3")
    assert block_list.remove_range("10.0.0.1", "10.0.0.9") and block_list.check("10.0.0.3")
    assert not block_list.remove_range("10.0.0.1", "10.0.0.8")
    assert block_list.remove_range("10.0.0.1", "10.0.0.9") and not block_list.check("10.0.0.3")
    assert not block_list.remove_range("10.0.0.1", "10.0.0.9")
    assert len(block_list) == 0


def test_several_are_added_or_none() -> None:
    block_list = BlockList()
    block_list.add_addresses(["1.2.3.4", SocketAddress("::1", 80)])
    block_list.add_subnets(BlockList.PRIVATE_RANGES)
    assert len(block_list) == 10
    for blocked in ("1.2.3.4", "::1", "10.9.9.9", "172.31.0.1", "fd00::1", "febf::"):
        assert block_list.check(blocked)
    assert not block_list.check("172.32.0.1") and not block_list.check("8.8.8.8")
    with pytest.raises(ValueError, match="network must be an IPv4 or IPv6 address, not 'x'"):
        block_list.add_subnets(["9.0.0.0/8", "x/8"])
    with pytest.raises(ValueError, match="address must be an IPv4 or IPv6 address, not 'x'"):
        block_list.add_addresses(["9.9.9.9", "x"])
    with pytest.raises(TypeError, match="networks must be several, not '9.0.0.0/8'"):
        block_list.add_subnets("9.0.0.0/8")
    with pytest.raises(TypeError, match="addresses must be several, not '::1'"):
        block_list.add_addresses("::1")
    assert len(block_list) == 10


@pytest.mark.parametrize(
    "remake", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))]
)
def test_a_copy_is_a_list_of_its_own(remake: Callable[[BlockList], BlockList]) -> None:
    original = BlockList()
    original.add_addresses(["1.2.3.4", "::1"])
    original.add_subnets(["10.0.0.0/8", "10.0.0.0/8"])
    copied = remake(original)
    assert copied.rules == original.rules
    copied.clear()
    assert original.check("10.1.1.1") and original.check("::1")


def test_a_list_is_shared_between_threads() -> None:
    block_list = BlockList()
    block_list.add_subnet("10.0.0.0/9")
    ended = threading.Event()

    def change() -> None:
        # Merging takes the interval that blocks 10.1.1.1 out and puts a larger one in its place.
        for _ in range(2_000):
            block_list.add_subnet("10.128.0.0/9")
            block_list.remove_subnet("10.128.0.0/9")
        ended.set()

    before, missed = sys.getswitchinterval(), 0
    sys.setswitchinterval(1e-6)
    try:
        thread = threading.Thread(target=change)
        thread.start()
        while not ended.is_set():
            missed += not block_list.check("10.1.1.1")
        thread.join()
    finally:
        sys.setswitchinterval(before)
    assert missed == 0
    assert block_list.rules == ["Subnet: IPv4 10.0.0.0/9"]


def test_the_rules_are_a_copy() -> None:
    block_list = BlockList()
    block_list.add_address("1.2.3.4")
    block_list.rules.clear()
    assert len(block_list.rules) == 1


@pytest.mark.parametrize(
    ("add", "error", "message"),
    [
        (
            lambda each: each.add_address("x"),
            ValueError,
            "address must be an IPv4 or IPv6 address, not 'x'",
        ),
        (
            lambda each: each.add_address("1.0.0.0/8"),
            ValueError,
            "address must be an IPv4 or IPv6 address, not '1.0.0.0/8'",
        ),
        (
            lambda each: each.add_address(5),
            TypeError,
            "address must be a string or a SocketAddress, not 5",
        ),
        (
            lambda each: each.add_range("2.0.0.0", "1.0.0.0"),
            ValueError,
            "start must not come after end, but 2.0.0.0 > 1.0.0.0",
        ),
        (
            lambda each: each.add_range("1.0.0.0", "::1"),
            ValueError,
            "start and end must be of one family, not 1.0.0.0 and ::1",
        ),
        (
            lambda each: each.add_range("1.0.0.0", "x"),
            ValueError,
            "end must be an IPv4 or IPv6 address, not 'x'",
        ),
        (
            lambda each: each.add_range(None, "1.0.0.0"),
            TypeError,
            "start must be a string or a SocketAddress, not None",
        ),
        (
            lambda each: each.add_subnet("1.0.0.0", 33),
            ValueError,
            "prefix must be in 0..32, not 33",
        ),
        (lambda each: each.add_subnet("1.0.0.0/33"), ValueError, "prefix must be in 0..32, not 33"),
        (lambda each: each.add_subnet("::", 129), ValueError, "prefix must be in 0..128, not 129"),
        (lambda each: each.add_subnet("::", -1), ValueError, "prefix must be in 0..128, not -1"),
        (lambda each: each.add_subnet("::", 1.5), TypeError, "prefix must be an integer, not 1.5"),
        (
            lambda each: each.add_subnet("::", True),
            TypeError,
            "prefix must be an integer, not True",
        ),
        (
            lambda each: each.add_subnet(5),
            TypeError,
            "network must be a string or a SocketAddress, not 5",
        ),
        (lambda each: each.add_subnet("1.0.0.0"), ValueError, "prefix is missing for '1.0.0.0'"),
        (lambda each: each.add_subnet("::/8", 8), ValueError, "prefix 8 is given beside '::/8'"),
        (lambda each: each.add_subnet("::/"), ValueError, "prefix must be a number, not ''"),
        (lambda each: each.add_subnet("::/-1"), ValueError, "prefix must be a number, not '-1'"),
        (
            lambda each: each.add_subnet("x/8"),
            ValueError,
            "network must be an IPv4 or IPv6 address, not 'x'",
        ),
        (
            lambda each: each.check(None),
            TypeError,
            "address must be a string or a SocketAddress, not None",
        ),
        (
            lambda each: each.check("::1", "IPv6"),
            ValueError,
            "family must be one of 'ipv4', 'ipv6', not 'IPv6'",
        ),
    ],
)
def test_bad_input_is_named_and_adds_nothing(
    add: Callable[[Any], None], error: type[Exception], message: str
) -> None:
    block_list = BlockList()
    with pytest.raises(error) as caught:
        add(block_list)
    assert str(caught.value) == message
    assert len(block_list) == 0


def test_is_block_list() -> None:
    assert BlockList.is_block_list(BlockList())
    assert not BlockList.is_block_list([])
    assert not BlockList.is_block_list(None)


@pytest.mark.parametrize("as_text", [False, True])
def test_rules_survive_json(as_text: bool) -> None:
    original = BlockList()
    original.add_address("1.2.3.4")
    original.add_range("10.0.0.1", "10.0.0.10")
    original.add_subnet("8592:757c:efae:4e45::", 64)
    original.add_address("::ffff:9.9.9.9")
    restored = BlockList()
    restored.add_address("7.7.7.7")
    restored.from_json(json.dumps(original.to_json()) if as_text else original.to_json())
    assert restored.rules == [
        "Address: IPv4 1.2.3.4",
        "Address: IPv6 ::ffff:9.9.9.9",
        "Address: IPv4 7.7.7.7",
        *original.rules[2:],
    ]
    for address in ("1.2.3.4", "10.0.0.10", "8592:757c:efae:4e45::5", "9.9.9.9", "7.7.7.7"):
        assert restored.check(address)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("nope", ValueError, "rules must be JSON text, not 'nope': "),
        ("[" * 100_000, ValueError, "rules must be JSON text, not '[["),
        ("{}", TypeError, "rules must be a list of strings, not {}"),
        ('"Address: IPv4 1.2.3.4"', TypeError, "rules must be a list of strings, not 'Address: "),
        (5, TypeError, "rules must be a list of strings, not 5"),
        (None, TypeError, "rules must be a list of strings, not None"),
        (b"[]", TypeError, "rules must be a list of strings, not b'[]'"),
        ([5], TypeError, "rule must be a str, not 5"),
        (["nonsense"], ValueError, "rule must read like 'Address: IPv4 1.2.3.4', not 'nonsense'"),
        (["Address: IPv4 1.2.3.4 "], ValueError, "rule must read like "),
        (["Address: IPv5 1.2.3.4"], ValueError, "rule must read like "),
        (["Range: IPv6 ::1 - ::2"], ValueError, "rule must read like "),
        (
            ["Address: IPv4 1.2.3"],
            ValueError,
            "rule 'Address: IPv4 1.2.3' is wrong: address must be an IPv4 or IPv6 address, not ",
        ),
        (
            ["Address: IPv4 ::1"],
            ValueError,
            "rule 'Address: IPv4 ::1' is wrong: its address is of family IPv6",
        ),
        (
            ["Address: IPv4 1.2.3.4/8"],
            ValueError,
            "rule 'Address: IPv4 1.2.3.4/8' is wrong: its kind does not fit what follows",
        ),
        (["Subnet: IPv4 1.2.3.4"], ValueError, "rule 'Subnet: IPv4 1.2.3.4' is wrong: its kind"),
        (
            ["Subnet: IPv4 1.2.3.4/33"],
            ValueError,
            "rule 'Subnet: IPv4 1.2.3.4/33' is wrong: prefix must be in 0..32, not 33",
        ),
        (["Range: IPv4 1.0.0.0"], ValueError, "rule 'Range: IPv4 1.0.0.0' is wrong: its kind"),
        (
            ["Range: IPv4 2.0.0.0-1.0.0.0"],
            ValueError,
            "rule 'Range: IPv4 2.0.0.0-1.0.0.0' is wrong: start must not come after end",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_one_wrong_rule_adds_none(value: Any, error: type[Exception], message: str) -> None:
    block_list = BlockList()
    with pytest.raises(error) as caught:
        block_list.from_json(value)
    assert str(caught.value).startswith(message)
    if isinstance(value, list):
        with pytest.raises(error):
            block_list.from_json(["Address: IPv4 1.2.3.4", *value])
    assert len(block_list) == 0
