"""`BlockList` as Node has it: rules that tell which IP addresses are blocked."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TypeGuard

from anynet._rules.values import block_list
from anynet._rules.values.addresses import FAMILIES, Family
from anynet.node._errors.errors import (
    invalid_arg_type,
    invalid_arg_value,
    validate_int32,
    validate_string,
)
from anynet.node._net.values.socket_address import SocketAddress, without_zone


def _rule_pattern(name: str, address: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:Address: {name} (?P<address>{address})"
        rf"|Range: {name} (?P<start>{address})-(?P<end>{address})"
        rf"|Subnet: {name} (?P<network>{address})/(?P<prefix>[0-9]{{1,3}}))"
    )


_RULES: dict[Family, re.Pattern[str]] = {
    "ipv4": _rule_pattern("IPv4", r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"),
    "ipv6": _rule_pattern("IPv6", r"[0-9A-Fa-f:.]+"),
}


class BlockList:
    """Rules for addresses, ranges and subnets, to be checked or given to a server or a socket.

    Wherever an address is asked for, a string or a `SocketAddress` may be given. The family is
    that of strings, `"ipv4"` (the default) or `"ipv6"` in any case; a `SocketAddress` has its own.
    Bad types raise NodeTypeError with `ERR_INVALID_ARG_TYPE`, an unknown family
    `ERR_INVALID_ARG_VALUE`, a string that is no address of the family `ERR_INVALID_ADDRESS`.
    """

    __slots__ = ("_list",)

    def __init__(self) -> None:
        self._list = block_list.BlockList()

    def addAddress(self, address: str | SocketAddress, family: str | None = None) -> None:
        """Block one address; the port of a `SocketAddress` does not matter."""
        self._list.add_address(_address("address", address, family).address)

    def addRange(
        self, start: str | SocketAddress, end: str | SocketAddress, family: str | None = None
    ) -> None:
        """Block the addresses from `start` to `end`, both included.

        Raises `ERR_INVALID_ARG_VALUE` if `start` comes after `end` or their families differ.
        """
        first = _address("start", start, family)
        last = _address("end", end, family)
        if first.family != last.family:
            raise invalid_arg_value("end", last, "must be of the same family as start")
        try:
            self._list.add_range(first.address, last.address)
        except ValueError:
            raise invalid_arg_value("start", first, "must come before end") from None

    def addSubnet(
        self, network: str | SocketAddress, prefix: int, family: str | None = None
    ) -> None:
        """Block a subnet; bits of the network beyond the prefix do not matter.

        Raises `ERR_OUT_OF_RANGE` (NodeRangeError) unless the prefix is in 0..32, or 0..128 for
        IPv6.
        """
        base = _address("network", network, family)
        width = 128 if base.family == "ipv6" else 32
        self._list.add_subnet(base.address, validate_int32("prefix", prefix, 0, width))

    def check(self, address: str | SocketAddress, family: str | None = None) -> bool:
        """Tell whether an address is blocked.

        With the family `"ipv6"` an IPv4-mapped address, in every spelling, meets the rules for
        IPv4. A string that is no address of its family gives False.
        """
        if isinstance(address, SocketAddress):
            return self._list.check(address.address)
        validate_string("address", address)
        wanted = _family_or_default(family).lower()
        text = without_zone(address, wanted)
        return any(wanted == known and self._list.check(text, known) for known in FAMILIES)

    @property
    def rules(self) -> list[str]:
        """The rules as text, the newest first.

        They read `Address: IPv4 1.2.3.4`, `Range: IPv4 10.0.0.1-10.0.0.10` or
        `Subnet: IPv6 2001:db8::/32`.
        """
        return self._list.rules

    def toJSON(self) -> list[str]:
        """The rules as a value that `json.dumps` takes: the same list as `rules`."""
        return self._list.rules

    def fromJSON(self, data: str | Sequence[str]) -> None:
        """Add the rules of a list as `toJSON` makes it, or of such a list as JSON text.

        They are added from the front of the list to its end, so `rules` holds them in the opposite
        order afterwards. Strings that do not read like a rule are passed over. Raises ValueError
        for text that is not JSON, `ERR_INVALID_ARG_TYPE` for anything else that is no list of
        strings, and for a rule of bad values what adding it raises: those before it are added.
        """
        listed = json.loads(data) if isinstance(data, str) else data
        if not isinstance(listed, list | tuple) or not all(isinstance(x, str) for x in listed):
            raise invalid_arg_type("data", ["string", "string[]"], listed)
        for text in listed:
            self._add_text(text)

    @staticmethod
    def isBlockList(value: object) -> TypeGuard[BlockList]:
        """Tell whether a value is a `BlockList`."""
        return isinstance(value, BlockList)

    def __repr__(self) -> str:
        return f"<BlockList of {len(self._list)} rules>"

    def _add_text(self, text: str) -> None:
        for family, pattern in _RULES.items():
            match = pattern.fullmatch(text.strip())
            if match is None:
                continue
            if match["address"]:
                self.addAddress(match["address"], family)
            elif match["start"]:
                self.addRange(match["start"], match["end"], family)
            else:
                self.addSubnet(match["network"], int(match["prefix"]), family)


def _address(name: str, address: str | SocketAddress, family: str | None) -> SocketAddress:
    if isinstance(address, SocketAddress):
        return address
    validate_string(name, address)
    return SocketAddress(address=address, family=_family_or_default(family))


def _family_or_default(family: str | None) -> str:
    if family is None:
        return FAMILIES[0]
    validate_string("family", family)
    return family
