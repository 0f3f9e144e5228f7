"""From a host to addresses: literals as they are, names by the system or by a ``lookup`` hook."""

from __future__ import annotations

import errno
import socket
from collections.abc import Awaitable, Iterable

import anyio

from anynet._rules.checks import shown
from anynet._rules.options import LookupFunction
from anynet._rules.values.addresses import Family, SocketAddress, packed

_FAMILIES = {None: socket.AF_UNSPEC, "ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}


def literal(option: str, text: str, port: int) -> SocketAddress | None:
    """The address that the text is, or None for a name.

    A zone may be the name of a network interface (RFC 4007, section 11). Raises :exc:`OSError` if
    there is no such interface, :exc:`ValueError` naming ``option`` for a number that none has.
    """
    number = packed(text)
    if number is None:
        return None
    address, _, zone = text.partition("%")
    if not zone:
        return SocketAddress.from_packed(number, port)
    if zone.isdecimal():
        try:
            return SocketAddress(text, port)
        except ValueError as error:
            raise ValueError(f"{option} is wrong: {error}") from None
    try:
        return SocketAddress(address, port, scope_id=socket.if_nametoindex(zone))
    except OSError:
        raise OSError(errno.ENODEV, f"no network interface is named {zone!r}") from None


async def resolve(
    host: str, port: int, *, family: Family | None, lookup: LookupFunction | None
) -> list[SocketAddress]:
    """Resolve a host name; each address comes once, in the order of the answer.

    Only addresses of ``family`` are returned, and there is at least one. Raises :exc:`OSError`
    (:exc:`socket.gaierror` for the system's resolver) if there is none, :exc:`ValueError` for a
    host that cannot be a name; :exc:`TypeError` or :exc:`ValueError` for an answer of ``lookup``
    that is not an iterable of addresses. What ``lookup`` raises is passed on.
    """
    if lookup is None:
        addresses = await _ask_system(host, port, family)
    else:
        addresses = await _ask_hook(lookup, host, port, family)
    wanted = [each for each in addresses if family in (None, each.family)]
    if not wanted:
        kind = "" if family is None else f" {'IPv4' if family == 'ipv4' else 'IPv6'}"
        raise OSError(f"{shown(host)} has no{kind} address")
    return list(dict.fromkeys(wanted))


async def _ask_system(host: str, port: int, family: Family | None) -> list[SocketAddress]:
    # Without AI_ADDRCONFIG: it hides loopback addresses on a machine that has no others, and an
    # address that cannot be reached fails at once.
    try:
        answer = await anyio.getaddrinfo(
            host, port, family=_FAMILIES[family], type=socket.SOCK_STREAM
        )
    except UnicodeError as error:
        raise ValueError(f"host cannot be a host name: {shown(host)}: {error}") from error
    return [SocketAddress(*sockaddr) for *_, sockaddr in answer]


async def _ask_hook(
    lookup: LookupFunction, host: str, port: int, family: Family | None
) -> list[SocketAddress]:
    awaitable: object = lookup(host, family)
    if not isinstance(awaitable, Awaitable):
        raise TypeError(f"lookup must be an async function, but it returned {shown(awaitable)}")
    answer: object = await awaitable
    if isinstance(answer, (str, bytes)) or not isinstance(answer, Iterable):
        raise TypeError(f"lookup must return an iterable of addresses, not {shown(answer)}")
    return [_looked_up(item, port) for item in answer]


def _looked_up(item: object, port: int) -> SocketAddress:
    if not isinstance(item, str):
        raise TypeError(f"lookup must return addresses as strings, not {shown(item)}")
    address = literal("an address of lookup", item, port)
    if address is None:
        raise ValueError(f"lookup must return IP addresses, not {shown(item)}")
    return address
