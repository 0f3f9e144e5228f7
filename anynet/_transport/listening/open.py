"""Opening listeners: TCP addresses, Unix paths, adopted sockets, those that systemd passed.

The rules that live here: opening is all or nothing; port 0 at several addresses is one port that is
free at all of them; no host means all addresses of both families; one family means that connections
of the other do not come, not even as mapped addresses; an address of a family that this machine
lacks is passed over where a name has others.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Iterable, Iterator, Sequence

import attrs
from anyio.lowlevel import checkpoint

from anynet._rules.checks import check_int, check_socket
from anynet._rules.options import ListenOptions
from anynet._rules.values.addresses import SocketAddress, is_ip, zoned
from anynet._rules.values.bound_socket import BoundSocket
from anynet._rules.values.host_names import is_localhost
from anynet._transport.listening.listener import Listener, ListeningSocket
from anynet._transport.listening.passed_sockets import PASSED_SOCKETS
from anynet._transport.listening.path_owner import find_owner
from anynet._transport.listening.provider import provider_for
from anynet._transport.listening.released_listeners import ReleasedListeners
from anynet._transport.listening.unix_path import (
    bind_unix_path,
    bind_unix_path_now,
    cannot_listen,
)
from anynet._transport.sockets.adoption import check_listening
from anynet._transport.sockets.closing import close_socket
from anynet._transport.sockets.machine import SYSTEM, Machine
from anynet._transport.sockets.options import platform_constant, set_defer_accept
from anynet._transport.sockets.resolving import NOT_HERE, literal, resolve
from anynet._transport.sockets.system_errors import os_error

#: The most that listen(2) can be given, though the kernel has a limit of its own (somaxconn).
_MAX_INT = 2**31 - 1
#: How often to look for a port that is free at all the addresses.
_PORT_ATTEMPTS = 20
_FAMILIES = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)


async def open_listeners(options: ListenOptions, machine: Machine = SYSTEM) -> list[Listener]:
    """Listen wherever ``options`` say, on ``machine``, or take over the sockets that they hold.

    Where this process has a provider of listeners, that one is asked.

    All or nothing: when it fails or is cancelled everything opened is closed again, and the
    caller's sockets are left as they were. Raises :exc:`OSError` with the error number of the
    system and the address that could not be listened on, :exc:`ValueError` for a name or a path
    that cannot be an address, for a user or a group that does not exist, for a descriptor that is
    not a listening stream socket and for a socket that systemd did not pass,
    :exc:`anyio.ClosedResourceError` for what was adopted before, and :exc:`NotImplementedError` for
    ``reuse_port`` or ``defer_accept`` on a platform without it.
    """
    await checkpoint()
    provider = provider_for(options)
    if provider is not None:
        return await provider.open(await _resolved(options, machine))
    if options.fd:
        return _adopt_all(options.fd)
    if isinstance(options.adopt, ReleasedListeners):
        return options.adopt.take()
    if options.systemd:
        return _passed(options.systemd)
    if options.bound:
        return _listen_bound(options.bound, min(options.backlog, _MAX_INT))
    backlog = min(options.backlog, _MAX_INT)
    owner = await find_owner(options.owner, options.group)
    opened: list[Listener] = []
    try:
        for path in options.path:
            bound = await bind_unix_path(
                path,
                mode=options.mode,
                owner=owner,
                replace_stale=options.replace_stale,
                backlog=backlog,
            )
            opened.append(ListeningSocket(bound.sock, bound))
        if options.is_tcp:
            groups = await _addresses(options, machine)
            ports = options.port or (0,)
            for index, port in enumerate(ports):
                if port == 0 or port not in ports[:index]:
                    opened += _listen_tcp(groups, port, options, backlog, machine)
    except BaseException:
        _close_all(opened)
        raise
    return opened


def _listen_bound(bound: Sequence[BoundSocket], backlog: int) -> list[Listener]:
    """Take the bound sockets over, and listen: with all of them, or all are closed."""
    opened: list[Listener] = []
    try:
        for each in bound:
            held = each.take()
            assert isinstance(held, ListeningSocket)
            opened.append(held)
        for listener in opened:
            _start(listener, backlog)
    except BaseException:
        _close_all(opened)
        raise
    return opened


def _passed(wanted: bool | Sequence[str]) -> list[Listener]:
    """A listener over each of the sockets that systemd passed."""
    taken = PASSED_SOCKETS.take(wanted)
    try:
        return [ListeningSocket(sock) for sock in taken]
    except BaseException:
        for sock in taken:
            close_socket(sock)
        raise


def _close_all(listeners: Iterable[Listener]) -> None:
    for listener in listeners:
        listener.close()


# -- TCP --------------------------------------------------------------------------------------


async def _addresses(options: ListenOptions, machine: Machine) -> list[list[SocketAddress]]:
    """For each host the addresses, without a port, that it stands for; none of them twice."""
    seen: set[SocketAddress] = set()
    groups = []
    for host in options.host:
        found = await _addresses_of(host, options, machine)
        group = [address for address in found if address not in seen]
        seen.update(group)
        if group:
            groups.append(group)
    return groups


async def _resolved(options: ListenOptions, machine: Machine) -> ListenOptions:
    """The options for a provider: a resolver stays here, and its answers take the hosts' place."""
    if options.resolver is None:
        return options
    hosts: dict[str | None, None] = {}
    for host in options.host:
        if host is None or is_localhost(host) or is_ip(host):
            hosts[host] = None
        else:
            found = await _addresses_of(host, options, machine)
            hosts |= {zoned(each): None for each in found}
    return options.at_hosts(tuple(hosts))


async def _addresses_of(
    host: str | None, options: ListenOptions, machine: Machine
) -> list[SocketAddress]:
    family = options.family
    if host is None:
        ipv6 = options.ipv6_only or family == "ipv6" or (family is None and machine.has_ipv6("::"))
        return [SocketAddress("::" if ipv6 else "0.0.0.0")]
    if is_localhost(host):
        # Both, also where only one is there: which that is shows when they are bound.
        loopback = [SocketAddress("127.0.0.1"), SocketAddress("::1")]
        return [address for address in loopback if family in (None, address.family)]
    try:
        address = literal("host", host, 0)
        if address is not None:
            if family not in (None, address.family):
                raise ValueError(f"host {host!r} is not of the family {family!r}")
            return [address]
        return await resolve(
            host, 0, family=family, resolver=options.resolver, by_system=machine.resolve
        )
    except OSError as error:
        raise cannot_listen(error, repr(host)) from error


def _listen_tcp(
    groups: list[list[SocketAddress]],
    port: int,
    options: ListenOptions,
    backlog: int,
    machine: Machine,
) -> list[ListeningSocket]:
    """Listen at all the addresses on one port; port 0 is one that is free at all of them."""
    attempts = _PORT_ATTEMPTS if port == 0 else 1
    while True:
        attempts -= 1
        opened: list[ListeningSocket] = []
        try:
            for sock in _bound_sockets(groups, port, options, machine):
                opened.append(ListeningSocket(sock))
            for listener in opened:
                _start(listener, backlog)
        except OSError as error:
            _close_all(opened)
            taken_elsewhere = error.errno == errno.EADDRINUSE and len(opened) > 0
            if not (taken_elsewhere and attempts):
                raise
        except BaseException:
            _close_all(opened)
            raise
        else:
            return opened


def listen_tcp_now(
    address: SocketAddress,
    *,
    ipv6_only: bool = False,
    reuse_port: bool = False,
    defer_accept: float | None = None,
    backlog: int = 511,
) -> ListeningSocket:
    """Listen on one address without waiting; raises :exc:`OSError` with the system's errno."""
    listener = ListeningSocket(_bind(address, ipv6_only, reuse_port, defer_accept))
    try:
        _start(listener, backlog)
    except BaseException:
        listener.close()
        raise
    return listener


def bind_tcp_now(
    address: SocketAddress, *, ipv6_only: bool = False, reuse_port: bool = False
) -> ListeningSocket:
    """Bind one address without waiting, and do not listen; raises :exc:`OSError` as above."""
    return ListeningSocket(_bind(address, ipv6_only, reuse_port, None))


def listen_unix_now(path: str, *, mode: int | None = None, backlog: int = 511) -> ListeningSocket:
    """Listen on a path without waiting; see :func:`bind_unix_path_now` for what it raises."""
    bound = bind_unix_path_now(path, mode=mode, backlog=backlog)
    return ListeningSocket(bound.sock, bound)


def take_descriptor(fd: int) -> ListeningSocket:
    """Take over a stream socket that is bound, to listen on it; it need not listen so far.

    Raises :exc:`OSError`, ENOTSOCK for a pipe and EINVAL for anything else that is no TCP or Unix
    stream socket; the descriptor stays the caller's then.
    """
    try:
        kind = os.fstat(fd).st_mode
    except (OSError, OverflowError) as error:
        raise os_error(errno.EINVAL) from error
    if stat.S_ISFIFO(kind):
        raise os_error(errno.ENOTSOCK)
    if not stat.S_ISSOCK(kind):
        raise os_error(errno.EINVAL)
    sock = socket.socket(fileno=fd)
    try:
        if sock.family not in _FAMILIES or sock.type != socket.SOCK_STREAM:
            raise os_error(errno.EINVAL)
        sock.setblocking(False)
    except BaseException:
        sock.detach()
        raise
    return ListeningSocket(sock, borrowed_from=fd)


def _start(listener: Listener, backlog: int) -> None:
    try:
        listener.sock.listen(backlog)
    except OSError as error:
        raise cannot_listen(error, str(listener.address)) from error


def _bound_sockets(
    groups: list[list[SocketAddress]], port: int, options: ListenOptions, machine: Machine
) -> Iterator[socket.socket]:
    """A bound socket for each address, but for IPv6 ones of a name on a machine without IPv6."""
    # `::` can take the IPv4 connections only if no other listener is to have them.
    explicit_ipv4 = None not in options.host and any(
        address.family == "ipv4" for group in groups for address in group
    )
    ipv6_only = options.ipv6_only or explicit_ipv4 or options.family == "ipv6"
    for group in groups:
        missing: OSError | None = None
        bound = 0
        for address in group:
            try:
                at = attrs.evolve(address, port=port)
                sock = _bind(at, ipv6_only, options.reuse_port, options.defer_accept, machine)
            except OSError as error:
                if error.errno not in NOT_HERE or address.family == "ipv4":
                    raise
                missing = missing or error
                continue
            bound += 1
            try:
                port = port or sock.getsockname()[1]
            except BaseException:
                close_socket(sock)
                raise
            yield sock
        if missing is not None and not bound:
            raise missing


def _bind(
    address: SocketAddress,
    ipv6_only: bool,
    reuse_port: bool,
    defer_accept: float | None,
    machine: Machine = SYSTEM,
) -> socket.socket:
    ipv6 = address.family == "ipv6"
    try:
        family = socket.AF_INET6 if ipv6 else socket.AF_INET
        sock = machine.new_listening_socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if reuse_port:
                name = platform_constant("reuse_port", "SO_REUSEPORT")
                sock.setsockopt(socket.SOL_SOCKET, name, 1)
            if ipv6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, ipv6_only)
            if defer_accept is not None:
                set_defer_accept(sock, defer_accept)
            sock.bind(address.to_sockaddr())
        except BaseException:
            close_socket(sock)
            raise
    except OSError as error:
        raise cannot_listen(error, str(address)) from error
    return sock


# -- adoption ---------------------------------------------------------------------------------


def _adopt_all(fds: Iterable[int | socket.socket]) -> list[Listener]:
    """Take over the listening sockets behind ``fds``: all of them, or else none."""
    checked: dict[int, socket.socket] = {}
    ours: list[socket.socket] = []
    try:
        for item in fds:
            sock = item if isinstance(item, socket.socket) else _wrap(item)
            if sock is not item:
                ours.append(sock)
            _check_listening(sock)
            if sock.fileno() in checked:
                raise ValueError(f"fd {sock.fileno()} is given twice")
            checked[sock.fileno()] = sock
        listeners: list[Listener] = []
        for fd, sock in checked.items():
            sock.setblocking(False)
            listeners.append(ListeningSocket(sock, borrowed_from=fd if sock in ours else sock))
        return listeners
    except BaseException:
        for sock in ours:
            sock.detach()
        raise


def _wrap(fd: int) -> socket.socket:
    check_int("fd", fd, minimum=0, maximum=_MAX_INT)  # Else its upper bits would be cut off.
    try:
        return socket.socket(fileno=fd)
    except OSError as error:
        raise ValueError(f"fd {fd} is not a socket: {error.strerror}") from error


def _check_listening(sock: socket.socket) -> None:
    check_socket("fd", sock)  # It may have been closed since the options were checked.
    check_listening(sock, f"fd {sock.fileno()}")
