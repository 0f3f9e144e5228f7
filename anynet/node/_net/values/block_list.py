"""`BlockList` as Node has it: rules that tell which IP addresses are blocked."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import starmap
from typing import ClassVar, TypeGuard

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


#: What JavaScript prints for the number that it reads: no sign but a minus, no leading zero.
_PREFIX = re.compile(r"0|-?[1-9][0-9]{0,14}")


class BlockList:
    """Rules for addresses, ranges and subnets, to be checked or given to a server or a socket.

    Wherever an address is asked for, a string or a `SocketAddress` may be given. The family is
    that of strings, `"ipv4"` (the default) or `"ipv6"` in any case; a `SocketAddress` has its own.
    Bad types raise NodeTypeError with `ERR_INVALID_ARG_TYPE`, an unknown family
    `ERR_INVALID_ARG_VALUE`, a string that is no address of the family `ERR_INVALID_ADDRESS`.

    An address is held once, as an IPv4 one and its mapped form are the same; a range or a subnet
    as often as it was added. Each removal takes one of those back, by its text
    (`10.1.1.1/8` is not `10.0.0.0/8`); removing what is not there does nothing.
    """

    __slots__ = ("_list",)

    #: The CIDRs of private, loopback and link-local addresses, for :meth:`addCIDRs`.
    PRIVATE_RANGES: ClassVar[tuple[str, ...]] = block_list.BlockList.PRIVATE_RANGES

    def __init__(self) -> None:
        self._list = block_list.BlockList()

    def addAddress(self, address: str | SocketAddress, family: str | None = None) -> None:
        """Block one address; the port of a `SocketAddress` does not matter."""
        self._list.add_address(_address("address", address, family).address)

    def addAddresses(
        self, addresses: Sequence[str | SocketAddress], family: str | None = None
    ) -> None:
        """Block several addresses, or none if one of them is bad."""
        _check_array("addresses", addresses)
        if family is not None:
            validate_string("family", family)
        self._list.add_addresses(
            [
                _address(f"addresses[{index}]", each, family).address
                for index, each in enumerate(addresses)
            ]
        )

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
        self._list.add_subnet(*_subnet(network, prefix, family))

    def addCIDR(self, cidr: str) -> None:
        """Block the subnet of a text such as `10.0.0.0/8` or `fe80::/10`.

        Raises `ERR_INVALID_ARG_VALUE` if the prefix is missing or no plain integer,
        `ERR_INVALID_ADDRESS` for a bad address, `ERR_OUT_OF_RANGE` as :meth:`addSubnet` does.
        """
        self._list.add_subnet(*_subnet(*_split_cidr(cidr)))

    def addCIDRs(self, cidrs: Sequence[str]) -> None:
        """Block several, or none if one of them is bad."""
        _check_array("cidrs", cidrs)
        parts = []
        for index, cidr in enumerate(cidrs):
            validate_string(f"cidrs[{index}]", cidr)
            parts.append(_split_cidr(cidr))
        self._list.add_subnets([f"{base}/{size}" for base, size in starmap(_subnet, parts)])

    def removeAddress(self, address: str | SocketAddress, family: str | None = None) -> None:
        """Take an address back, in whichever spelling it was added."""
        self._list.remove_address(_address("address", address, family).address)

    def removeRange(
        self, start: str | SocketAddress, end: str | SocketAddress, family: str | None = None
    ) -> None:
        """Take one :meth:`addRange` of these ends back."""
        first, last = _address("start", start, family), _address("end", end, family)
        # Ends that addRange refuses can have made no rule.
        with suppress(ValueError):
            self._list.remove_range(first.address, last.address)

    def removeSubnet(
        self, network: str | SocketAddress, prefix: int, family: str | None = None
    ) -> None:
        """Take one :meth:`addSubnet` of this network and prefix back."""
        self._list.remove_subnet(*_subnet(network, prefix, family))

    def removeCIDR(self, cidr: str) -> None:
        """Take one :meth:`addCIDR` of this text back."""
        self._list.remove_subnet(*_subnet(*_split_cidr(cidr)))

    def clear(self) -> None:
        """Remove all rules."""
        self._list.clear()

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
        """The rules as text: addresses, then subnets, then ranges, each the newest first.

        They read `Address: IPv4 1.2.3.4`, `Range: IPv4 10.0.0.1-10.0.0.10` or
        `Subnet: IPv6 2001:db8::/32`.
        """
        return self._list.rules

    @property
    def size(self) -> int:
        """How many rules there are."""
        return len(self._list)

    def toJSON(self) -> list[str]:
        """The rules as a value that `json.dumps` takes: the same list as `rules`."""
        return self._list.rules

    def fromJSON(self, data: str | Sequence[str]) -> None:
        """Add the rules of a list as `toJSON` makes it, or of such a list as JSON text.

        They are added from the front of the list to its end, so `rules` holds those of a kind in
        the opposite order afterwards. Strings that do not read like a rule are passed over.
        Raises ValueError for text that is not JSON, `ERR_INVALID_ARG_TYPE` for anything else that
        is no list of strings, and for a rule of bad values what adding it raises: those before it
        are added.
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


def _subnet(
    network: str | SocketAddress, prefix: int, family: str | None = None
) -> tuple[str, int]:
    """A network and its prefix, checked."""
    base = _address("network", network, family)
    width = 128 if base.family == "ipv6" else 32
    return base.address, validate_int32("prefix", prefix, 0, width)


def _split_cidr(cidr: str) -> tuple[str, int, str]:
    """The network of a CIDR, its prefix and its family, none of them checked yet."""
    validate_string("cidr", cidr)
    network, slash, digits = cidr.rpartition("/")
    if not slash:
        raise invalid_arg_value("cidr", cidr, 'must contain a prefix length (e.g. "10.0.0.0/8")')
    if not _PREFIX.fullmatch(digits):
        raise invalid_arg_value("cidr", cidr, "prefix length must be a valid integer")
    return network, int(digits), "ipv6" if ":" in network else "ipv4"


def _check_array(name: str, value: object) -> None:
    if not isinstance(value, list | tuple):
        raise invalid_arg_type(name, "Array", value)


def _family_or_default(family: str | None) -> str:
    if family is None:
        return FAMILIES[0]
    validate_string("family", family)
    return family
