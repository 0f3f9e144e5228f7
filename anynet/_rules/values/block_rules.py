"""The rules of a block list, from values or text: checked, as numbers, and as they are printed."""

from __future__ import annotations

import re
import socket
from typing import Literal

import attrs

from anynet._rules.checks import check_int, check_type, shown
from anynet._rules.values.addresses import Family, SocketAddress, packed

_RULE = re.compile(
    r"(Address|Range|Subnet): (IPv4|IPv6) ([0-9A-Fa-f:.]+)(?:([-/])([0-9A-Fa-f:.]+))?"
)
_PREFIX = re.compile(r"[0-9]{1,3}")
_NAMES: dict[Family, Literal["IPv4", "IPv6"]] = {"ipv4": "IPv4", "ipv6": "IPv6"}


@attrs.frozen
class Rule:
    """One rule, checked: its kind, its numbers, first to last inclusive, and how it is printed."""

    kind: Literal["Address", "Range", "Subnet"]
    family: Family
    first: int
    last: int
    text: str


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
