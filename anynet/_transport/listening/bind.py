"""Binding alone: a port or a path, before it is known whether it will listen or connect.

Rules that live here:

- Nothing waits, so addresses are numeric: a name would have to be looked up.
- SO_REUSEADDR is set, as for any listener: two may hold one TCP port until one of them listens, and
  the other learns it then. A port at which somebody listens is refused at once.
- Nothing that lies at a path is replaced. A path that is bound and does not listen yet looks like
  one that a process left behind, and a server that may replace such a path takes it.
"""

from __future__ import annotations

import os

from anynet._rules.checks import check_bool, check_host, check_int, check_port
from anynet._rules.options.listening import Path, as_path
from anynet._rules.values.addresses import SocketAddress
from anynet._rules.values.bound_socket import BoundSocket
from anynet._transport.listening.listener import ListeningSocket
from anynet._transport.listening.open import bind_tcp_now
from anynet._transport.listening.unix_path import bind_unix_path_now
from anynet._transport.sockets.resolving import has_ipv6, literal


def bind(
    host: str | None = None,
    port: int = 0,
    *,
    path: Path | None = None,
    ipv6_only: bool = False,
    reuse_port: bool = False,
    mode: int | None = None,
) -> BoundSocket:
    """Hold a TCP port or a Unix path: a :class:`BoundSocket`, at once and outside of any loop.

    ``host`` is an IP address, no name (None: all addresses of both families, as of a server; to
    connect from it, name one), ``port`` 0 any free port. ``path`` is a Unix path, or with a leading
    NUL an abstract name; ``mode`` its permissions (None leaves the umask to decide). ``ipv6_only``
    (False) and ``reuse_port`` (False) are those of :func:`create_server`.

    Raises :exc:`OSError` with the error number of the system (EADDRINUSE for a port at which
    somebody listens, and for a path that exists, stale or not), and :exc:`TypeError` or
    :exc:`ValueError` for options that make no sense: a name, a path that is too long.
    """
    check_bool("ipv6_only", ipv6_only)
    check_bool("reuse_port", reuse_port)
    if path is not None:
        if host is not None or port or ipv6_only or reuse_port:
            raise ValueError("path excludes host, port, ipv6_only and reuse_port")
        return BoundSocket(bind_path_now(as_path("path", path), mode))
    if mode is not None:
        raise ValueError("mode is for a path, and there is none")
    return BoundSocket(_bind_port(host, check_port("port", port), ipv6_only, reuse_port))


def _bind_port(host: str | None, port: int, ipv6_only: bool, reuse_port: bool) -> ListeningSocket:
    if host is None:
        host = "::" if ipv6_only or has_ipv6("::") else "0.0.0.0"
    address = literal("host", check_host("host", host), port)
    if address is None:
        raise ValueError(f"host must be an IP address, not {host!r}: names are not looked up here")
    if ipv6_only and address.family == "ipv4":
        raise ValueError("ipv6_only is for an IPv6 address")
    return bind_address_now(address, ipv6_only=ipv6_only, reuse_port=reuse_port)


def bind_address_now(
    address: SocketAddress, *, ipv6_only: bool = False, reuse_port: bool = False
) -> ListeningSocket:
    """A socket that is bound to an address. Raises :exc:`OSError` with the system's errno."""
    try:
        return bind_tcp_now(address, ipv6_only=ipv6_only, reuse_port=reuse_port)
    except OSError as error:
        raise _cannot_bind(error, str(address)) from error


def bind_path_now(path: str, mode: int | None = None) -> ListeningSocket:
    """A socket that is bound to a path. Raises :exc:`OSError`, :exc:`ValueError` if too long."""
    if mode is not None:
        check_int("mode", mode, minimum=0, maximum=0o777)
    try:
        bound = bind_unix_path_now(path, mode=mode, backlog=None)
    except OSError as error:
        raise _cannot_bind(error, repr(path)) from error
    return ListeningSocket(bound.sock, bound)


def _cannot_bind(error: OSError, address: str) -> OSError:
    """The error as one of binding, of the same class and errno."""
    if error.errno is None:
        return error
    return type(error)(error.errno, f"cannot bind {address}: {os.strerror(error.errno)}")
