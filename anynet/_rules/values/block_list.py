"""The block list: rules for single IP addresses, ranges and subnets, and the check against them.

Rules that live here:

- A check costs a look-up in a dictionary and a binary search in intervals, whatever the kinds of
  rules and however many there are; an addition costs little more, a removal as much as the rules
  that overlap the one removed.
- An address is held once, whichever its spelling, since it can be blocked only once. Ranges and
  subnets are held as often as they were added, and go by the text that they were added with: each
  addition has its own removal, so that two who share a list do not undo one another.
- A list may be shared between threads: changes are made under a lock, and a check needs none,
  since at no moment of a change an address is free that is blocked before it and after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import ClassVar, Literal, TypeGuard

from anynet._rules.checks import check_choice, check_type, shown
from anynet._rules.values.addresses import FAMILIES, Family, SocketAddress, packed
from anynet._rules.values.block_rules import (
    Rule,
    address_rule,
    parse_rule,
    range_rule,
    subnet_rule,
)
from anynet._rules.values.interval_set import Interval, IntervalSet

_MAPPED = bytes(10) + b"\xff\xff"  # RFC 4291 section 2.5.5.2: ::ffff:0:0/96
_MAPPED_FIRST = int.from_bytes(_MAPPED + bytes(4), "big")
_IPV4_LAST = 2**32 - 1
_MAPPED_LAST = _MAPPED_FIRST + _IPV4_LAST


class BlockList:
    """Rules that tell which IP addresses are blocked.

    A server refuses the peers its block list holds, and `connect` does not dial them. Servers
    and connections may share a list, threads too; rules that are added or removed later count
    from then on.

    An IPv4 address and its IPv4-mapped IPv6 form (`::ffff:1.2.3.4`, in every spelling) are the
    same peer: rules for IPv4 meet mapped addresses, and rules for mapped addresses meet IPv4
    ones. An IPv6 subnet that contains all mapped addresses, such as `::/0`, so blocks IPv4 too;
    an IPv6 range does that only if both its ends are mapped. Zones (`%eth0`) are ignored, in
    rules and in checks.

    An address is held once, however often it is added. A range or a subnet is held as often as it
    was added, and each removal takes one of those back: the one that was written so, apart from
    spelling (`10.1.1.1/8` is not `10.0.0.0/8`, though both block the same).
    """

    __slots__ = ("_addresses", "_ipv4", "_ipv6", "_lock", "_ranges", "_subnets")

    #: The subnets of private, loopback and link-local addresses.
    PRIVATE_RANGES: ClassVar[tuple[str, ...]] = (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "::1/128",
        "169.254.0.0/16",
        "fe80::/10",
        "fc00::/7",
    )

    def __init__(self) -> None:
        self._lock = Lock()
        self._start_empty()

    def _start_empty(self) -> None:
        #: The text of each address, by itself as 4 or 16 bytes; a mapped one has 4.
        self._addresses: dict[bytes, str] = {}
        self._ranges = _Repeated()
        self._subnets = _Repeated()
        self._ipv4 = IntervalSet()
        self._ipv6 = IntervalSet()

    # -- adding ---------------------------------------------------------------------------------

    def add_address(self, address: str | SocketAddress) -> None:
        """Block one IPv4 or IPv6 address; the port of a `SocketAddress` does not matter.

        Raises ValueError if the text is no IP address.
        """
        self._add([address_rule(address)])

    def add_addresses(self, addresses: Iterable[str | SocketAddress]) -> None:
        """Block several addresses; if one of them is no IP address (ValueError), none."""
        _refuse_text("addresses", addresses)
        self._add([address_rule(each) for each in addresses])

    def add_range(self, start: str | SocketAddress, end: str | SocketAddress) -> None:
        """Block the addresses from `start` to `end`, both of them included.

        Raises ValueError if one of them is no IP address, if their families differ, or if
        `start` comes after `end`.
        """
        self._add([range_rule(start, end)])

    def add_subnet(self, network: str | SocketAddress, prefix: int | None = None) -> None:
        """Block a subnet: `add_subnet("10.0.0.0", 8)` or `add_subnet("10.0.0.0/8")`.

        Bits of the network beyond the prefix do not matter. Raises ValueError if the network is
        no IP address, or if the prefix is missing, given twice, or not in 0..32 (0..128 for
        IPv6).
        """
        self._add([subnet_rule(network, prefix)])

    def add_subnets(self, networks: Iterable[str]) -> None:
        """Block several subnets, such as `PRIVATE_RANGES`; if one is wrong (ValueError), none."""
        _refuse_text("networks", networks)
        self._add([subnet_rule(each, None) for each in networks])

    # -- removing -------------------------------------------------------------------------------

    def remove_address(self, address: str | SocketAddress) -> bool:
        """Take back what `add_address` added; False if the address is not there.

        A range or a subnet that holds the address stays. Raises what `add_address` raises.
        """
        rule = address_rule(address)
        with self._lock:
            return self._addresses.pop(_key(rule), None) is not None

    def remove_range(self, start: str | SocketAddress, end: str | SocketAddress) -> bool:
        """Take back one `add_range` of these ends; False if there is none left.

        Raises what `add_range` raises.
        """
        return self._remove(range_rule(start, end))

    def remove_subnet(self, network: str | SocketAddress, prefix: int | None = None) -> bool:
        """Take back one `add_subnet` of this network and prefix; False if there is none left.

        Raises what `add_subnet` raises.
        """
        return self._remove(subnet_rule(network, prefix))

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._start_empty()

    # -- asking ---------------------------------------------------------------------------------

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
                if number is not None and family != ("ipv4" if len(number) == 4 else "ipv6"):
                    return False
        else:
            raise TypeError(f"address must be a string or a SocketAddress, not {shown(address)}")
        if number is None:
            return False
        if len(number) == 16:
            if self._ipv6.contains(int.from_bytes(number, "big")):
                return True
            if not number.startswith(_MAPPED):
                return number in self._addresses
            number = number[12:]
        return number in self._addresses or self._ipv4.contains(int.from_bytes(number, "big"))

    @property
    def rules(self) -> list[str]:
        """The rules as text: addresses, then subnets, then ranges, each the newest first.

        They read `Address: IPv4 1.2.3.4`, `Range: IPv4 10.0.0.1-10.0.0.10` or
        `Subnet: IPv6 2001:db8::/32`, with addresses in their canonical spelling.
        """
        with self._lock:
            return [*reversed(self._addresses.values()), *self._subnets, *self._ranges]

    def to_json(self) -> list[str]:
        """The rules as a value that `json.dumps` takes: the same list as `rules`."""
        return self.rules

    def from_json(self, rules: str | Sequence[str]) -> None:
        """Add the rules of a list as `to_json` makes it, or of such a list as JSON text.

        They are added from the front of the list to its end, so `rules` holds those of a kind in
        the opposite order afterwards. Raises ValueError or TypeError if the text is not JSON or
        one of the rules is not right; then none is added.
        """
        listed = _decoded(rules) if isinstance(rules, str) else rules
        if isinstance(listed, bytes) or not isinstance(listed, Sequence):
            raise TypeError(f"rules must be a list of strings, not {shown(listed)}")
        self._add([parse_rule(check_type("rule", text, str)) for text in listed])

    @staticmethod
    def is_block_list(value: object) -> TypeGuard[BlockList]:
        """Tell whether a value is a `BlockList`."""
        return isinstance(value, BlockList)

    def __len__(self) -> int:
        return len(self._addresses) + len(self._subnets) + len(self._ranges)

    def __repr__(self) -> str:
        return f"<BlockList of {len(self)} rules>"

    def __reduce__(self) -> tuple[object, ...]:
        # A lock can neither be copied nor pickled; the rules make the same list once more.
        return _made_of, (self.rules[::-1],)

    # -- both directions ------------------------------------------------------------------------

    def _add(self, rules: Iterable[Rule]) -> None:
        with self._lock:
            for rule in rules:
                if rule.kind == "Address":
                    self._addresses[_key(rule)] = rule.text  # The last spelling shows.
                else:
                    self._repeated(rule.kind).add(rule.text)
                    for intervals, interval in self._covered(rule):
                        intervals.add(interval)

    def _remove(self, rule: Rule) -> bool:
        assert rule.kind != "Address"
        with self._lock:
            if not self._repeated(rule.kind).remove(rule.text):
                return False
            for intervals, interval in self._covered(rule):
                intervals.remove(interval)
        return True

    def _repeated(self, kind: Literal["Range", "Subnet"]) -> _Repeated:
        return self._ranges if kind == "Range" else self._subnets

    def _covered(self, rule: Rule) -> Iterator[tuple[IntervalSet, Interval]]:
        """What a range or a subnet covers, and in which addresses."""
        first, last = rule.first, rule.last
        if rule.family == "ipv4":
            yield self._ipv4, (first, last)
        elif _MAPPED_FIRST <= first and last <= _MAPPED_LAST:
            yield self._ipv4, (first - _MAPPED_FIRST, last - _MAPPED_FIRST)
        else:
            yield self._ipv6, (first, last)
            if rule.kind == "Subnet" and first <= _MAPPED_FIRST and _MAPPED_LAST <= last:
                yield self._ipv4, (0, _IPV4_LAST)


class _Repeated:
    """Texts in the order in which they were added, each as often as it was; the newest goes first.

    None of it takes longer the more there are, but for going through them.
    """

    __slots__ = ("_by_serial", "_serials", "_stamp")

    def __init__(self) -> None:
        self._by_serial: dict[int, str] = {}
        self._serials: dict[str, list[int]] = {}
        self._stamp = 0

    def add(self, text: str) -> None:
        self._stamp += 1
        self._by_serial[self._stamp] = text
        self._serials.setdefault(text, []).append(self._stamp)

    def remove(self, text: str) -> bool:
        serials = self._serials.get(text)
        if serials is None:
            return False
        del self._by_serial[serials.pop()]
        if not serials:
            del self._serials[text]
        return True

    def __len__(self) -> int:
        return len(self._by_serial)

    def __iter__(self) -> Iterator[str]:
        return reversed(self._by_serial.values())


def _key(rule: Rule) -> bytes:
    """The address of a rule for one: as an IPv4 address if it is a mapped one."""
    if rule.family == "ipv4":
        return rule.first.to_bytes(4, "big")
    number = rule.first.to_bytes(16, "big")
    return number[12:] if number.startswith(_MAPPED) else number


def _made_of(rules: list[str]) -> BlockList:
    block_list = BlockList()
    block_list.from_json(rules)
    return block_list


def _refuse_text(option: str, value: object) -> None:
    """One text where several are asked for would be taken for its characters."""
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{option} must be several, not {shown(value)}")


def _decoded(text: str) -> object:
    try:
        decoded: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"rules must be JSON text, not {shown(text)}: {error}") from None
    if isinstance(decoded, list):
        return decoded
    raise TypeError(f"rules must be a list of strings, not {shown(decoded)}")
