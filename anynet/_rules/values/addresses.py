"""IP addresses and socket addresses as values: what is one, how it is spelled, what sockets take.

Nothing here resolves names. Text forms: RFC 4291 section 2.2 in, RFC 5952 out; zones as in
RFC 4007 section 11; `[address]:port` as in RFC 3986 section 3.2.2.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

import attrs

from anynet._rules.checks import (
    MAX_PORT,
    check_choice,
    check_int,
    check_port,
    check_type,
    shown,
)

Family: TypeAlias = Literal["ipv4", "ipv6"]

FAMILIES: tuple[Family, Family] = ("ipv4", "ipv6")
MAX_FLOWLABEL = 2**20 - 1  # RFC 6437 section 2: 20 bits
MAX_SCOPE_ID = 2**32 - 1

_DEFAULT_ADDRESS: dict[Family, str] = {"ipv4": "127.0.0.1", "ipv6": "::"}
_ZONE = re.compile(r"[0-9A-Za-z.:-]+")
_DIGITS = re.compile(r"[0-9]*")


def packed(address: str) -> bytes | None:
    """The address in network order (4 or 16 bytes, the zone left out), or None if it is none."""
    try:
        if ":" not in address:
            return socket.inet_pton(socket.AF_INET, address)
        text, percent, zone = address.partition("%")
        if percent and not _ZONE.fullmatch(zone):
            return None
        return socket.inet_pton(socket.AF_INET6, text)
    except (OSError, ValueError):  # ValueError: a NUL, or characters that are not Unicode
        return None


def is_ip(value: object) -> Literal[0, 4, 6]:
    """Tell whether a value is the text of an IP address: 4 or 6 for its version, 0 for none.

    An IPv4 address is four decimal numbers without leading zeros. An IPv6 address may carry a
    zone (`fe80::1%eth0`) of ASCII letters, digits, `.`, `:` and `-`. A prefix length, a port,
    brackets or white space make the text no address. Any object may be given; only a string
    can be an address. Never raises.
    """
    number = packed(value) if isinstance(value, str) else None
    if number is None:
        return 0
    return 4 if len(number) == 4 else 6


def is_ipv4(value: object) -> bool:
    """Tell whether a value is the text of an IPv4 address; see `is_ip`."""
    return is_ip(value) == 4


def is_ipv6(value: object) -> bool:
    """Tell whether a value is the text of an IPv6 address; see `is_ip`."""
    return is_ip(value) == 6


def zoned(address: SocketAddress) -> str:
    """The IP address as text, with the zone if it has one: `fe80::1%2`."""
    return f"{address.address}%{address.scope_id}" if address.scope_id else address.address


@attrs.frozen(init=False)
class SocketAddress:
    """An IP address and a port: one end of a connection, or where a server listens.

    The address is kept in its canonical spelling (RFC 5952), so two values that mean the same
    end are equal and hash alike. `str()` gives `127.0.0.1:80` or `[::1]:80`.

    `address` defaults to `127.0.0.1`, or to `::` with `family="ipv6"`; `family` defaults to
    that of the address. `port` is 0 to 65535. `flowlabel` (20 bits, RFC 6437) and `scope_id`
    (the index of a network interface, RFC 4007) belong to IPv6 alone. A numeric zone in the
    address, `fe80::1%2`, sets `scope_id`; the name of an interface would need the operating
    system to resolve it and is refused.

    Raises ValueError or TypeError naming the argument that is wrong.
    """

    address: str
    port: int
    family: Family
    flowlabel: int
    scope_id: int

    def __init__(
        self,
        address: str | None = None,
        port: int = 0,
        *,
        family: Family | None = None,
        flowlabel: int = 0,
        scope_id: int = 0,
    ) -> None:
        if family is not None:
            check_choice("family", family, FAMILIES)
        check_int("flowlabel", flowlabel, minimum=0, maximum=MAX_FLOWLABEL)
        check_int("scope_id", scope_id, minimum=0, maximum=MAX_SCOPE_ID)
        if address is None:
            address = _DEFAULT_ADDRESS[family or "ipv4"]
        canonical, actual, zone = _canonical(check_type("address", address, str))
        if family is not None and family != actual:
            raise ValueError(f"address must be an {_NAMES[family]} address, not {shown(address)}")
        if actual == "ipv4" and (flowlabel or scope_id):
            option = "flowlabel" if flowlabel else "scope_id"
            raise ValueError(f"{option} needs an IPv6 address, not {shown(address)}")
        if zone and scope_id not in (0, zone):
            raise ValueError(f"scope_id {scope_id} contradicts the address {shown(address)}")
        settle = object.__setattr__  # the class is frozen
        settle(self, "address", canonical)
        settle(self, "port", check_port("port", port))
        settle(self, "family", actual)
        settle(self, "flowlabel", int(flowlabel))
        settle(self, "scope_id", zone or int(scope_id))

    @classmethod
    def from_packed(cls, number: bytes, port: int, scope_id: int = 0) -> SocketAddress:
        """The value of an address in network order, as :func:`packed` gives it; nothing is checked.

        For what the kernel or an earlier check vouches for.
        """
        address = cls.__new__(cls)
        settle = object.__setattr__
        is_ipv4 = len(number) == 4
        text = socket.inet_ntop(socket.AF_INET if is_ipv4 else socket.AF_INET6, number)
        settle(address, "address", text)
        settle(address, "port", port)
        settle(address, "family", "ipv4" if is_ipv4 else "ipv6")
        settle(address, "flowlabel", 0)
        settle(address, "scope_id", scope_id)
        return address

    @classmethod
    def parse(cls, text: str) -> SocketAddress | None:
        """Read `1.2.3.4:80`, `[::1]:80`, `1.2.3.4` or `[::1]`; None for any other text.

        The port is 0 when it is left out. An IPv6 address stands in brackets, with or without
        a numeric zone. Names are not resolved.
        """
        check_type("text", text, str)
        if text.startswith("["):
            address, bracket, rest = text[1:].partition("]")
            if not bracket or (rest and rest[0] != ":"):
                return None
            port, version = rest[1:], 6
        else:
            address, _, port = text.partition(":")
            version = 4
        digits = port.lstrip("0") or "0"
        if not _DIGITS.fullmatch(port) or len(digits) > 5 or int(digits) > MAX_PORT:
            return None
        if is_ip(address) != version:
            return None
        try:
            return cls(address, int(digits))
        except ValueError:  # a zone that is not a number
            return None

    @classmethod
    def from_sockaddr(cls, sockaddr: tuple[Any, ...]) -> SocketAddress:
        """The value of an `AF_INET` or `AF_INET6` address tuple of the `socket` module.

        Such tuples come from `getsockname()`, `getpeername()`, `accept()` and `getaddrinfo()`.
        Of the flow information only the label is kept, not the traffic class beside it.
        """
        check_type("sockaddr", sockaddr, tuple)
        if len(sockaddr) == 2:
            return cls(*sockaddr)
        if len(sockaddr) != 4:
            raise ValueError(f"sockaddr must be of 2 or 4 items, not {shown(sockaddr)}")
        address, port, flow_information, scope_id = sockaddr
        check_int("flow information", flow_information, minimum=0)
        return cls(address, port, flowlabel=flow_information & MAX_FLOWLABEL, scope_id=scope_id)

    def to_sockaddr(self) -> tuple[str, int] | tuple[str, int, int, int]:
        """The tuple that `bind()` and `connect()` of a socket of this family take."""
        if self.family == "ipv4":
            return (self.address, self.port)
        return (self.address, self.port, self.flowlabel, self.scope_id)

    def __str__(self) -> str:
        if self.family == "ipv4":
            return f"{self.address}:{self.port}"
        return f"[{zoned(self)}]:{self.port}"


Address: TypeAlias = SocketAddress | str
"""Where a socket is: an IP address and port, or the path of a Unix domain socket.

A path that begins with a NUL character is a name in Linux' abstract namespace.
"""


def shown_address(address: Address) -> str:
    """An address in a line for people: ``@`` for the NUL of an abstract name, as ss(8) has it."""
    text = str(address)
    text = f"@{text[1:]}" if text.startswith("\0") else text
    return "".join(each if each.isprintable() else "?" for each in text)


_NAMES: dict[Family, str] = {"ipv4": "IPv4", "ipv6": "IPv6"}


def _canonical(text: str) -> tuple[str, Family, int]:
    """The canonical address, its family and its scope (0: none); ValueError when it is none."""
    number = packed(text)
    if number is None:
        raise ValueError(f"address must be an IPv4 or IPv6 address, not {shown(text)}")
    if len(number) == 4:
        return socket.inet_ntop(socket.AF_INET, number), "ipv4", 0
    zone = text.partition("%")[2]
    scope_id = int(zone) if zone.isdecimal() and len(zone) <= 10 else 0
    if zone and not 0 < scope_id <= MAX_SCOPE_ID:
        raise ValueError(f"address must have the index of an interface as zone, not {shown(text)}")
    return socket.inet_ntop(socket.AF_INET6, number), "ipv6", scope_id


def is_link_local(address: str) -> bool:
    """Whether it is an IPv6 address of fe80::/10 (RFC 4291, section 2.5.6)."""
    return is_ip(address) == 6 and address[:3].lower() in ("fe8", "fe9", "fea", "feb")


def first_port(addresses: Iterable[Address]) -> int:
    """The port of the first address that has one; :exc:`RuntimeError` when none does."""
    for address in addresses:
        if not isinstance(address, str):
            return address.port
    raise RuntimeError("the server does not listen on a port")


def first_path(addresses: Iterable[Address]) -> str:
    """The first Unix path; :exc:`RuntimeError` when there is none."""
    for address in addresses:
        if isinstance(address, str):
            return address
    raise RuntimeError("the server does not listen on a Unix path")
