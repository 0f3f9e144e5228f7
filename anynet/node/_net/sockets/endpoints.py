"""Where the two ends of a connection are: IP addresses and ports, asked of the system once.

Rules that live here, each Node's:

* The remote end is remembered once it was asked for: it is still there after the end, and until
  the socket connects again. The local end goes with the handle.
* What the local end is while the socket connects is asked once, too: who asks before there is one
  hears of it only once it is connected.
* The system forgets the remote end of a TCP connection that both sides have ended, or that was
  reset: who asks only then, in a listener to ``finish`` for example, gets nothing.
* An end without an IP address (a Unix socket) has nothing: ``address()`` is empty.
"""

from __future__ import annotations

import socket
from typing import Any

from anynet._rules.values.addresses import Address, SocketAddress
from anynet._transport.reactor.handle import Handle
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._net.values.address_info import AddressInfo, address_object


class Endpoints:
    """The ends of one socket, as far as they are known."""

    __slots__ = ("_asked_while_connecting", "_local", "_remote")

    def __init__(self) -> None:
        self._asked_while_connecting = False
        self._local: AddressInfo | None = None
        self._remote: AddressInfo | None = None

    def local(self, handle: Handle | None) -> AddressInfo | None:
        """Our end; None where there is no handle, or no IP address."""
        if self._local is None and handle is not None:
            self._local = _local_of(handle)
        return self._local

    def local_while_connecting(self, sock: socket.socket | None) -> AddressInfo | None:
        """Our end as it was when this was asked first; without ``sock`` nothing connects yet."""
        if not self._asked_while_connecting:
            self._asked_while_connecting = True
            self._local = None if sock is None else local_of_socket(sock)
        return self._local

    def remote(self, handle: Handle | None) -> AddressInfo | None:
        """The peer's end; ``handle`` is None as long as nothing may be asked."""
        if self._remote is None and handle is not None:
            self._remote = _remote_of(handle)
        return self._remote

    def forget_local(self) -> None:
        """The handle is another one, or none."""
        self._local = None
        self._asked_while_connecting = False


def local_of_socket(sock: socket.socket) -> AddressInfo | None:
    """Our end of a socket, connected or not."""
    try:
        return _info(sock.getsockname())
    except OSError:
        return None


def _local_of(handle: Handle) -> AddressInfo | None:
    stream = handle.stream
    if isinstance(stream, SocketStream):
        return local_of_socket(stream.sock)
    return _info_of_value(stream.local_address)


def _remote_of(handle: Handle) -> AddressInfo | None:
    stream = handle.stream
    if not isinstance(stream, SocketStream):
        return _info_of_value(stream.remote_address)
    try:
        return _info(stream.sock.getpeername())
    except OSError:
        return None


def _info_of_value(address: Address | None) -> AddressInfo | None:
    return _info(address.to_sockaddr()) if isinstance(address, SocketAddress) else None


def _info(sockaddr: Any) -> AddressInfo | None:
    return address_object(sockaddr) if isinstance(sockaddr, tuple) else None
