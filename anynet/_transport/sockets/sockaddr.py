"""From what the socket module calls an address to our values."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

from anyio.abc import SocketAttribute

from anynet._rules.values.addresses import Address, SocketAddress


def address_from_sockaddr(sockaddr: Any) -> Address | None:
    """The address of ``getsockname()``, ``getpeername()`` or ``accept()``; None for an unnamed one.

    Names of the abstract namespace come as bytes from the kernel and leave as text.
    """
    if isinstance(sockaddr, tuple):
        host, *rest = sockaddr
        # The kernel's scope number is among the rest; the zone beside the address repeats it.
        return SocketAddress.from_sockaddr((host.partition("%")[0], *rest))
    return os.fsdecode(sockaddr) if sockaddr else None


def socket_attributes(
    sock: socket.socket, peername: Any = None, *, closed: bool = False
) -> Mapping[Any, Callable[[], Any]]:
    """The values of :class:`anyio.abc.SocketAttribute` for a socket; once closed, those left."""
    attributes: dict[Any, Callable[[], Any]] = {
        SocketAttribute.family: lambda: sock.family,
        SocketAttribute.raw_socket: lambda: sock,
    }
    if not closed:
        attributes[SocketAttribute.local_address] = lambda: _host_and_port(sock.getsockname())
    peername = peername if peername is not None else peername_of(sock)
    if peername is not None:
        attributes[SocketAttribute.remote_address] = lambda: _host_and_port(peername)
    if sock.family != socket.AF_UNIX:
        if not closed:
            attributes[SocketAttribute.local_port] = lambda: sock.getsockname()[1]
        if peername is not None:
            attributes[SocketAttribute.remote_port] = lambda: peername[1]
    return attributes


def peername_of(sock: socket.socket) -> Any:
    """The address of the peer as the socket module gives it; None when there is no peer."""
    try:
        return sock.getpeername()
    except OSError:
        return None


def _host_and_port(sockaddr: Any) -> Any:
    """AnyIO's form of an address: (host, port), or a path."""
    return sockaddr[:2] if isinstance(sockaddr, tuple) else sockaddr
