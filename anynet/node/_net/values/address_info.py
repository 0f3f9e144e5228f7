"""Addresses as Node shows them: ``{address, family, port}``, ``IPv4`` and ``IPv6``."""

from __future__ import annotations

import socket
from typing import Any, TypedDict

from anynet._rules.values.addresses import is_link_local


class AddressInfo(TypedDict):
    """Where an end of a TCP connection or a server is."""

    address: str
    family: str
    port: int


class DropArgument(TypedDict):
    """The two ends of a connection that was dropped: what a ``drop`` event of TCP tells.

    Of our end all is None where the system does not tell it: the connection may be gone by then.
    """

    localAddress: str | None
    localPort: int | None
    localFamily: str | None
    remoteAddress: str
    remotePort: int
    remoteFamily: str


def address_object(sockname: Any) -> AddressInfo:
    """``{address, family, port}`` of an IP socket's address tuple."""
    return {"address": ip_text(sockname), "family": family_name(sockname), "port": sockname[1]}


def drop_argument(sockname: Any | None, peername: Any) -> DropArgument:
    """The argument of ``drop`` for the address tuples of the two ends, ours if it is known."""
    return {
        "localAddress": None if sockname is None else ip_text(sockname),
        "localPort": None if sockname is None else sockname[1],
        "localFamily": None if sockname is None else family_name(sockname),
        "remoteAddress": ip_text(peername),
        "remotePort": peername[1],
        "remoteFamily": family_name(peername),
    }


def ip_text(sockname: Any) -> str:
    """The address alone; a link-local one with its interface, ``fe80::1%eth0``."""
    text: str = sockname[0].partition("%")[0]
    if len(sockname) == 4 and sockname[3] and is_link_local(text):
        try:
            return f"{text}%{socket.if_indextoname(sockname[3])}"
        except OSError:  # An interface that has gone: its number is a zone, too (RFC 4007).
            return f"{text}%{sockname[3]}"
    return text


def family_name(sockname: Any) -> str:
    """``IPv4`` or ``IPv6``."""
    return "IPv6" if len(sockname) == 4 else "IPv4"


def scope_number(zone: str) -> int:
    """The number of the interface that a zone names (RFC 4007, section 11); 0 for none.

    As in libuv: with 0 the system refuses an address that needs a zone, and takes any other.
    """
    try:
        if not zone.isdecimal():
            return socket.if_nametoindex(zone)
        number = int(zone)
        socket.if_indextoname(number)
    except (OSError, OverflowError):
        return 0
    return number
