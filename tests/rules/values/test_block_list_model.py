"""The block list against a naive model, and with many rules.

The model tries every rule in turn, by the `ipaddress` module. The numbers lie close together,
around the borders of the address spaces, so that rules overlap, touch and miss one another.
"""

from __future__ import annotations

import ipaddress
import json
import random
import time
from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anynet._rules.values.addresses import SocketAddress
from anynet._rules.values.block_list import BlockList
from anynet._rules.values.block_rules import parse_rule

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

MAPPED = 0xFFFF_0000_0000
NEAR_IPV4 = st.integers(0, 40) | st.integers(2**32 - 20, 2**32 - 1)
NEAR_IPV6 = (
    st.integers(0, 40)
    | st.integers(MAPPED - 10, MAPPED + 40)
    | st.integers(MAPPED + 2**32 - 20, MAPPED + 2**32 + 10)
    | st.integers(2**128 - 20, 2**128 - 1)
)
ADDRESSES = NEAR_IPV4.map(ipaddress.IPv4Address) | NEAR_IPV6.map(ipaddress.IPv6Address)
PAIRS = st.tuples(NEAR_IPV4.map(ipaddress.IPv4Address), NEAR_IPV4.map(ipaddress.IPv4Address)) | (
    st.tuples(NEAR_IPV6.map(ipaddress.IPv6Address), NEAR_IPV6.map(ipaddress.IPv6Address))
)


def interface(address: IPAddress, prefix: int) -> str:
    return f"{address}/{prefix if address.version == 6 else min(prefix, 32)}"


RULES = st.one_of(
    ADDRESSES.map(lambda each: ("address", str(each), "")),
    PAIRS.map(lambda pair: ("range", str(min(pair)), str(max(pair)))),
    st.builds(
        lambda address, prefix: ("subnet", interface(address, prefix), ""),
        ADDRESSES,
        st.integers(0, 128) | st.integers(24, 32) | st.integers(90, 128),
    ),
)
Rule: TypeAlias = tuple[str, str, str]


def meets(rule: Rule, address: IPAddress) -> bool:
    kind, first, second = rule
    if kind == "subnet":
        network = ipaddress.ip_network(first, strict=False)
        return address.version == network.version and address in network
    start = ipaddress.ip_address(first)
    end = ipaddress.ip_address(second or first)
    return address.version == start.version and int(start) <= int(address) <= int(end)


def mapped_form(address: IPAddress) -> IPAddress:
    return ipaddress.IPv6Address(MAPPED + int(address)) if address.version == 4 else address


def concerns_ipv4(rule: Rule) -> bool:
    """Whether a rule for IPv6 is one for mapped addresses: subnets always, others by their ends."""
    kind, *ends = rule
    return kind == "subnet" or all(
        isinstance(ip := ipaddress.ip_address(end), ipaddress.IPv6Address) and ip.ipv4_mapped
        for end in ends
        if end
    )


def naive_check(rules: list[Rule], address: IPAddress) -> bool:
    if any(meets(rule, address) for rule in rules):
        return True
    if isinstance(address, ipaddress.IPv4Address):
        form = mapped_form(address)
        return any(concerns_ipv4(rule) and meets(rule, form) for rule in rules)
    embedded = address.ipv4_mapped
    return embedded is not None and any(meets(rule, embedded) for rule in rules)


def add(block_list: BlockList, rule: Rule) -> None:
    kind, first, second = rule
    if kind == "address":
        block_list.add_address(first)
    elif kind == "range":
        block_list.add_range(first, second)
    else:
        block_list.add_subnet(first)


@settings(deadline=None)
@given(st.lists(RULES, max_size=12), st.lists(ADDRESSES, min_size=1, max_size=20))
def test_checks_agree_with_a_naive_model(rules: list[Rule], addresses: list[IPAddress]) -> None:
    block_list = BlockList()
    for count, rule in enumerate(rules, 1):
        add(block_list, rule)
        for address in addresses:
            expected = naive_check(rules[:count], address)
            assert block_list.check(str(address)) == expected
            assert block_list.check(address.exploded) == expected
            assert block_list.check(SocketAddress(str(address))) == expected


def remove(block_list: BlockList, rule: Rule) -> bool:
    kind, first, second = rule
    if kind == "address":
        return block_list.remove_address(first)
    if kind == "range":
        return block_list.remove_range(first, second)
    return block_list.remove_subnet(first)


def identity(rule: Rule) -> tuple[object, ...]:
    """What a rule is removed by: an address as a number, anything else as it is written."""
    kind, first, second = rule
    if kind == "address":
        address = ipaddress.ip_address(first)
        return kind, mapped_form(address)
    return kind, first, second


@settings(deadline=None)
@given(
    st.lists(RULES, min_size=1, max_size=8),
    st.lists(st.tuples(st.booleans(), st.integers(0, 7)), max_size=40),
    st.lists(ADDRESSES, min_size=1, max_size=20),
)
def test_removals_agree_with_a_naive_model(
    rules: list[Rule], steps: list[tuple[bool, int]], addresses: list[IPAddress]
) -> None:
    # The same few rules come and go, so that they overlap, repeat and uncover one another.
    block_list = BlockList()
    held: list[Rule] = []
    for adds, index in steps:
        rule = rules[index % len(rules)]
        same = [each for each in held if identity(each) == identity(rule)]
        if adds:
            add(block_list, rule)
            if rule[0] == "address" and same:
                held.remove(same[0])
            held.append(rule)
        else:
            assert remove(block_list, rule) == bool(same)
            if same:
                held.remove(same[0])
        assert len(block_list) == len(held)
        for address in addresses:
            assert block_list.check(str(address)) == naive_check(held, address)


@settings(deadline=None)
@given(st.lists(RULES, max_size=12), st.lists(ADDRESSES, max_size=20))
def test_json_keeps_what_is_blocked(rules: list[Rule], addresses: list[IPAddress]) -> None:
    original, restored = BlockList(), BlockList()
    for rule in rules:
        add(original, rule)
    restored.from_json(json.dumps(original.to_json()))
    again = BlockList()
    again.from_json(restored.to_json())
    assert again.rules == original.rules
    for address in addresses:
        assert restored.check(str(address)) == original.check(str(address))


@settings(deadline=None)
@given(RULES)
def test_a_printed_rule_parses_to_itself(rule: Rule) -> None:
    block_list = BlockList()
    add(block_list, rule)
    assert parse_rule(block_list.rules[0]).text == block_list.rules[0]


@pytest.mark.parametrize("seed", range(3))
def test_many_overlapping_ranges_agree_with_a_table(seed: int) -> None:
    # Enough intervals to split the sorted blocks, and wide ones that swallow whole blocks.
    rng = random.Random(seed)
    blocked = bytearray(40_000)
    block_list, added = BlockList(), []
    for count in range(4_000):
        size = 9_000 if count % 1_500 == 1_499 else rng.randrange(1, 4)
        first = rng.randrange(len(blocked) - size)
        last = first + size - 1
        block_list.add_range(f"10.0.{first >> 8}.{first & 255}", f"10.0.{last >> 8}.{last & 255}")
        blocked[first : last + 1] = b"\x01" * size
        added.append((first, last))
        probe = rng.randrange(len(blocked))
        assert block_list.check(f"10.0.{probe >> 8}.{probe & 255}") == blocked[probe]

    def found() -> bytes:
        return bytes(block_list.check(f"10.0.{n >> 8}.{n & 255}") for n in range(len(blocked)))

    assert found() == blocked
    rng.shuffle(added)
    for first, last in added[1_000:]:
        start, end = f"10.0.{first >> 8}.{first & 255}", f"10.0.{last >> 8}.{last & 255}"
        assert block_list.remove_range(start, end)
    left = bytearray(len(blocked))
    for first, last in added[:1_000]:
        left[first : last + 1] = b"\x01" * (last - first + 1)
    assert found() == left


def test_many_rules_of_every_kind_in_mixed_order() -> None:
    rng = random.Random(7)
    block_list, rules = BlockList(), []
    for count in range(1_500):
        address = ipaddress.IPv6Address(rng.getrandbits(128))
        start = str(address)
        if count % 3 == 0:
            rules.append(("address", start, ""))
        elif count % 3 == 1:
            rules.append(("range", start, str(address + rng.randrange(2**16))))
        else:
            rules.append(("subnet", f"{start}/{rng.randrange(20, 129)}", ""))
        add(block_list, rules[-1])
        assert block_list.check(start)
    for probe in (ipaddress.IPv6Address(rng.getrandbits(128)) for _ in range(20)):
        assert block_list.check(str(probe)) == naive_check(rules, probe)
    assert len(block_list) == len(rules)


def test_neither_checks_nor_additions_grow_with_the_rules() -> None:
    # The best of many short rounds is steady; anything linear would be hundreds of times slower.
    rng = random.Random(3)

    def addresses(count: int) -> list[str]:
        return [str(ipaddress.IPv4Address(rng.getrandbits(32))) for _ in range(count)]

    def cost(each: Callable[[str], object]) -> float:
        rounds = []
        for _ in range(20):
            batch = addresses(50)
            start = time.process_time()
            for address in batch:
                each(address)
            rounds.append(time.process_time() - start)
        return min(rounds)

    def add_and_check(address: str) -> None:
        block_list.add_subnet(address, 29)
        block_list.add_address(address)
        assert block_list.check(address)
        block_list.add_range(address, address)
        assert block_list.remove_range(address, address)

    block_list = BlockList()
    small = cost(add_and_check), cost(block_list.check)
    for address in addresses(50_000):
        block_list.add_subnet(address, 29)
        block_list.add_address(address)
    large = cost(add_and_check), cost(block_list.check)
    assert large[0] < 5 * small[0]
    assert large[1] < 5 * small[1]
