"""From a host to addresses.

An address is itself. ``localhost`` and the names below it are the loopback addresses, whatever the
system or a resolver would say of them (RFC 6761, section 6.3): no thread, no file, no server of
names. Any other name is asked of the resolver of the connect or the server, or of the system.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import attrs

from anynet._rules.checks import shown
from anynet._rules.options import Resolver
from anynet._rules.values.addresses import Family, SocketAddress, packed
from anynet._rules.values.host_names import is_localhost
from anynet._transport.sockets.lookup_threads import look_up

_FAMILIES = {None: socket.AF_UNSPEC, "ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
_LOOPBACK = {"ipv4": SocketAddress("127.0.0.1"), "ipv6": SocketAddress("::1")}
#: The errors of bind(2) and socket(2) for an address that this machine doesn't have.
NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


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


async def resolve_by_system(host: str, family: Family | None) -> Sequence[SocketAddress]:
    """What the system says of a name, without a port; raises as :func:`resolve` does."""
    if is_localhost(host):
        return _loopback_addresses(family)
    # Without AI_ADDRCONFIG: it hides loopback addresses on a machine that has no others, and an
    # address that cannot be reached fails at once.
    try:
        return await look_up(host, _FAMILIES[family])
    except UnicodeError as error:
        raise ValueError(f"host cannot be a host name: {shown(host)}: {error}") from error


async def resolve(
    host: str,
    port: int,
    *,
    family: Family | None,
    resolver: Resolver | None,
    by_system: Callable[
        [str, Family | None], Awaitable[Sequence[SocketAddress]]
    ] = resolve_by_system,
) -> list[SocketAddress]:
    """Resolve a host name; each address comes once, in the order of the answer.

    Only addresses of ``family`` are returned, and there is at least one. Raises :exc:`OSError`
    (:exc:`socket.gaierror` for ``by_system``) if there is none, :exc:`ValueError` for a
    host that cannot be a name; :exc:`TypeError` or :exc:`ValueError` for an answer of ``resolver``
    that is not an iterable of addresses. What ``resolver`` raises is passed on.
    """
    addresses: Sequence[SocketAddress]
    if resolver is None or is_localhost(host):
        addresses = await by_system(host, family)
    else:
        addresses = await _ask_resolver(resolver, host, family)
    wanted = [attrs.evolve(each, port=port) for each in addresses if family in (None, each.family)]
    if not wanted:
        kind = "" if family is None else f" {'IPv4' if family == 'ipv4' else 'IPv6'}"
        raise OSError(f"{shown(host)} has no{kind} address")
    return list(dict.fromkeys(wanted))


def _loopback_addresses(family: Family | None) -> Sequence[SocketAddress]:
    """Those that this machine has, IPv6 first (RFC 6724); the one of ``family`` in any case."""
    if family is not None:
        return [_LOOPBACK[family]]
    return [_LOOPBACK[each] for each in ("ipv6", "ipv4") if each == "ipv4" or has_ipv6("::1")]


def has_ipv6(address: str) -> bool:
    """Whether this machine has an IPv6 address. Raises :exc:`OSError` if that cannot be told."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
            sock.bind((address, 0))
    except OSError as error:
        if error.errno in NOT_HERE:
            return False
        raise
    return True


async def _ask_resolver(
    resolver: Resolver, host: str, family: Family | None
) -> list[SocketAddress]:
    awaitable: object = resolver(host, family)
    if not isinstance(awaitable, Awaitable):
        raise TypeError(f"resolver must be an async function, but it returned {shown(awaitable)}")
    answer: object = await awaitable
    if isinstance(answer, (str, bytes)) or not isinstance(answer, Iterable):
        raise TypeError(f"resolver must return an iterable of addresses, not {shown(answer)}")
    return [_resolved(item) for item in answer]


def _resolved(item: object) -> SocketAddress:
    if not isinstance(item, str):
        raise TypeError(f"resolver must return addresses as strings, not {shown(item)}")
    address = literal("an address of resolver", item, 0)
    if address is None:
        raise ValueError(f"resolver must return IP addresses, not {shown(item)}")
    return address
