"""The block list: rules for single IP addresses, ranges and subnets, and the check against them.

A check costs a look-up in a set and a binary search in intervals, whatever the kinds of rules and
however many there are; an addition costs little more.
"""

from __future__ import annotations

import json
import re
import socket
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal, TypeGuard

import attrs

from anynet._rules.checks import check_choice, check_int, check_type, shown
from anynet._rules.values.addresses import FAMILIES, Family, SocketAddress, packed

_MAPPED = bytes(10) + b"\xff\xff"  # RFC 4291 section 2.5.5.2: ::ffff:0:0/96
_MAPPED_FIRST = int.from_bytes(_MAPPED + bytes(4), "big")
_IPV4_LAST = 2**32 - 1
_MAPPED_LAST = _MAPPED_FIRST + _IPV4_LAST
_RULE = re.compile(
    r"(Address|Range|Subnet): (IPv4|IPv6) ([0-9A-Fa-f:.]+)(?:([-/])([0-9A-Fa-f:.]+))?"
)
_BLOCK_LENGTH = 512
_PREFIX = re.compile(r"[0-9]{1,3}")


@attrs.frozen
class Rule:
    """One rule, checked: its kind, its numbers, first to last inclusive, and how it is printed."""

    kind: Literal["Address", "Range", "Subnet"]
    family: Family
    first: int
    last: int
    text: str


class BlockList:
    """Rules that tell which IP addresses are blocked.

    A server refuses the peers its block list holds, and `connect` does not dial them. Servers
    and connections may share a list; rules added later count from then on. Rules cannot be
    removed.

    An IPv4 address and its IPv4-mapped IPv6 form (`::ffff:1.2.3.4`, in every spelling) are the
    same peer: rules for IPv4 meet mapped addresses, and rules for mapped addresses meet IPv4
    ones. An IPv6 subnet that contains all mapped addresses, such as `::/0`, so blocks IPv4 too;
    an IPv6 range does that only if both its ends are mapped. Zones (`%eth0`) are ignored, in
    rules and in checks.
    """

    __slots__ = ("_ipv4", "_ipv6", "_rules")

    def __init__(self) -> None:
        self._ipv4 = _NumberSet()
        self._ipv6 = _NumberSet()
        self._rules: list[str] = []

    def add_address(self, address: str | SocketAddress) -> None:
        """Block one IPv4 or IPv6 address; the port of a `SocketAddress` does not matter.

        Raises ValueError if the text is no IP address.
        """
        self._add(address_rule(address))

    def add_range(self, start: str | SocketAddress, end: str | SocketAddress) -> None:
        """Block the addresses from `start` to `end`, both of them included.

        Raises ValueError if one of them is no IP address, if their families differ, or if
        `start` comes after `end`.
        """
        self._add(range_rule(start, end))

    def add_subnet(self, network: str | SocketAddress, prefix: int | None = None) -> None:
        """Block a subnet: `add_subnet("10.0.0.0", 8)` or `add_subnet("10.0.0.0/8")`.

        Bits of the network beyond the prefix do not matter. Raises ValueError if the network is
        no IP address, or if the prefix is missing, given twice, or not in 0..32 (0..128 for
        IPv6).
        """
        self._add(subnet_rule(network, prefix))

    def check(self, address: str | SocketAddress, family: Family | None = None) -> bool:
        """Tell whether an address is blocked.

        Text that is no IP address gives False. With a `family` the text counts as an address of
        that family only: anything else, a mapped address for `"ipv4"` too, gives False. A
        `SocketAddress` knows its family, so `family` is ignored then.
        """
        if isinstance(address, SocketAddress):
            number = packed(address.address)
        elif isinstance(address, str):
            number = packed(address)
            if family is not None:
                check_choice("family", family, FAMILIES)
                if number is not None and family != _family(number):
                    return False
        else:
            raise TypeError(f"address must be a string or a SocketAddress, not {shown(address)}")
        if number is None:
            return False
        if len(number) == 4:
            return self._ipv4.contains(int.from_bytes(number, "big"))
        if number.startswith(_MAPPED) and self._ipv4.contains(int.from_bytes(number[12:], "big")):
            return True
        return self._ipv6.contains(int.from_bytes(number, "big"))

    @property
    def rules(self) -> list[str]:
        """The rules as text, the newest first, repeated ones included.

        They read `Address: IPv4 1.2.3.4`, `Range: IPv4 10.0.0.1-10.0.0.10` or
        `Subnet: IPv6 2001:db8::/32`, with addresses in their canonical spelling.
        """
        return self._rules[::-1]

    def to_json(self) -> list[str]:
        """The rules as a value that `json.dumps` takes: the same list as `rules`."""
        return self.rules

    def from_json(self, rules: str | Sequence[str]) -> None:
        """Add the rules of a list as `to_json` makes it, or of such a list as JSON text.

        They are added from the front of the list to its end, so `rules` holds them in the
        opposite order afterwards. Raises ValueError or TypeError if the text is not JSON or one
        of the rules is not right; then none is added.
        """
        listed = _decoded(rules) if isinstance(rules, str) else rules
        if isinstance(listed, bytes) or not isinstance(listed, Sequence):
            raise TypeError(f"rules must be a list of strings, not {shown(listed)}")
        for rule in [parse_rule(text) for text in listed]:
            self._add(rule)

    @staticmethod
    def is_block_list(value: object) -> TypeGuard[BlockList]:
        """Tell whether a value is a `BlockList`."""
        return isinstance(value, BlockList)

    def __len__(self) -> int:
        return len(self._rules)

    def __repr__(self) -> str:
        return f"<BlockList of {len(self)} rules>"

    def _add(self, rule: Rule) -> None:
        first, last = rule.first, rule.last
        if rule.family == "ipv4":
            self._ipv4.add(first, last)
        elif _MAPPED_FIRST <= first and last <= _MAPPED_LAST:
            self._ipv4.add(first - _MAPPED_FIRST, last - _MAPPED_FIRST)
        else:
            self._ipv6.add(first, last)
            if rule.kind == "Subnet" and first <= _MAPPED_FIRST and _MAPPED_LAST <= last:
                self._ipv4.add(0, _IPV4_LAST)
        self._rules.append(rule.text)


def address_rule(address: str | SocketAddress) -> Rule:
    """The rule that blocks one address; see `BlockList.add_address`."""
    family, number, text = _resolved("address", address)
    return Rule("Address", family, number, number, f"Address: {_NAMES[family]} {text}")


def range_rule(start: str | SocketAddress, end: str | SocketAddress) -> Rule:
    """The rule that blocks a range; see `BlockList.add_range`."""
    family, first, first_text = _resolved("start", start)
    end_family, last, last_text = _resolved("end", end)
    if family != end_family:
        raise ValueError(f"start and end must be of one family, not {first_text} and {last_text}")
    if first > last:
        raise ValueError(f"start must not come after end, but {first_text} > {last_text}")
    return Rule("Range", family, first, last, f"Range: {_NAMES[family]} {first_text}-{last_text}")


def subnet_rule(network: str | SocketAddress, prefix: int | None) -> Rule:
    """The rule that blocks a subnet; see `BlockList.add_subnet`."""
    _check_address("network", network)
    if isinstance(network, str) and "/" in network:
        if prefix is not None:
            raise ValueError(f"prefix {shown(prefix)} is given beside {shown(network)}")
        network, _, digits = network.partition("/")
        if not _PREFIX.fullmatch(digits):
            raise ValueError(f"prefix must be a number, not {shown(digits)}")
        prefix = int(digits)
    if prefix is None:
        raise ValueError(f"prefix is missing for {shown(network)}")
    family, number, text = _resolved("network", network)
    width = 32 if family == "ipv4" else 128
    size = 1 << (width - check_int("prefix", prefix, minimum=0, maximum=width))
    first = number & -size
    return Rule(
        "Subnet", family, first, first + size - 1, f"Subnet: {_NAMES[family]} {text}/{prefix}"
    )


def parse_rule(text: str) -> Rule:
    """The rule that a line of `BlockList.rules` stands for; ValueError if it is not one."""
    match = _RULE.fullmatch(check_type("rule", text, str))
    if match is None:
        raise ValueError(f"rule must read like 'Address: IPv4 1.2.3.4', not {shown(text)}")
    kind, name, first, sign, second = match.groups()
    try:
        if (kind, sign) == ("Address", None):
            rule = address_rule(first)
        elif (kind, sign) == ("Range", "-"):
            rule = range_rule(first, second)
        elif (kind, sign) == ("Subnet", "/"):
            rule = subnet_rule(f"{first}/{second}", None)
        else:
            raise ValueError("its kind does not fit what follows")
        if _NAMES[rule.family] != name:
            raise ValueError(f"its address is of family {_NAMES[rule.family]}")
    except ValueError as error:
        raise ValueError(f"rule {shown(text)} is wrong: {error}") from None
    return rule


class _NumberSet:
    """A growing set of integers, made of single ones and of inclusive intervals.

    The intervals are disjoint and sorted. They are kept in blocks of limited length, so that an
    insertion moves few of them about: each block is a list of first numbers beside the list of
    last numbers, and `_heads` has the first number of each block.
    """

    __slots__ = ("_blocks", "_heads", "_singles")

    def __init__(self) -> None:
        self._singles: set[int] = set()
        self._heads: list[int] = []
        self._blocks: list[tuple[list[int], list[int]]] = []

    def contains(self, number: int) -> bool:
        if number in self._singles:
            return True
        block = bisect_right(self._heads, number)
        if not block:
            return False
        firsts, lasts = self._blocks[block - 1]
        return number <= lasts[bisect_right(firsts, number) - 1]

    def add(self, first: int, last: int) -> None:
        if first == last:
            self._singles.add(first)
            return
        while (taken := self._take_touching(first, last)) is not None:
            first, last = min(first, taken[0]), max(last, taken[1])
        self._insert(first, last)

    def _take_touching(self, first: int, last: int) -> tuple[int, int] | None:
        """Remove and return an interval that overlaps the given one or borders on it."""
        block = bisect_right(self._heads, last + 1) - 1
        if block < 0:
            return None
        firsts, lasts = self._blocks[block]
        index = bisect_right(firsts, last + 1) - 1
        if lasts[index] < first - 1:
            return None
        taken = firsts.pop(index), lasts.pop(index)
        if not firsts:
            del self._heads[block], self._blocks[block]
        elif index == 0:
            self._heads[block] = firsts[0]
        return taken

    def _insert(self, first: int, last: int) -> None:
        """Insert an interval that neither overlaps another one nor borders on it."""
        if not self._heads:
            self._heads.append(first)
            self._blocks.append(([], []))
        block = max(bisect_right(self._heads, first) - 1, 0)
        firsts, lasts = self._blocks[block]
        index = bisect_left(firsts, first)
        firsts.insert(index, first)
        lasts.insert(index, last)
        self._heads[block] = firsts[0]
        if len(firsts) > _BLOCK_LENGTH:
            half = _BLOCK_LENGTH // 2
            self._heads.insert(block + 1, firsts[half])
            self._blocks.insert(block + 1, (firsts[half:], lasts[half:]))
            del firsts[half:], lasts[half:]


_NAMES: dict[Family, Literal["IPv4", "IPv6"]] = {"ipv4": "IPv4", "ipv6": "IPv6"}


def _family(number: bytes) -> Family:
    return "ipv4" if len(number) == 4 else "ipv6"


def _check_address(option: str, address: object) -> None:
    if not isinstance(address, (str, SocketAddress)):
        raise TypeError(f"{option} must be a string or a SocketAddress, not {shown(address)}")


def _resolved(option: str, address: str | SocketAddress) -> tuple[Family, int, str]:
    """The family, the number and the canonical text of an address."""
    _check_address(option, address)
    if isinstance(address, SocketAddress):
        address = address.address
    number = packed(address)
    if number is None:
        raise ValueError(f"{option} must be an IPv4 or IPv6 address, not {shown(address)}")
    family = _family(number)
    domain = socket.AF_INET if family == "ipv4" else socket.AF_INET6
    return family, int.from_bytes(number, "big"), socket.inet_ntop(domain, number)


def _decoded(text: str) -> object:
    try:
        decoded: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"rules must be JSON text, not {shown(text)}: {error}") from None
    if isinstance(decoded, list):
        return decoded
    raise TypeError(f"rules must be a list of strings, not {shown(decoded)}")
