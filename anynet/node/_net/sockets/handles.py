"""What a socket stands on: a handle for a stream, for a descriptor, or the one that was given."""

from __future__ import annotations

import errno
import os
import socket
import stat
from typing import Any

from anynet._rules.values.addresses import Address, SocketAddress
from anynet._transport.reactor.handle import Handle, HandleOwner
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.reactor.stream_handle import StreamHandle
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.wrapped_stream import WrappedStream
from anynet.node._errors.errors import invalid_fd_type, invalid_handle_type, system_error
from anynet.node._net.values.address_info import AddressInfo, family_name, ip_text

_FAMILIES = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)


def handle_for(reactor: Reactor, stream: StreamBase, owner: HandleOwner) -> Handle:
    """A handle that calls ``owner``."""
    if isinstance(stream, SocketStream):
        return SocketHandle(reactor, stream, owner)
    assert isinstance(stream, WrappedStream)
    return StreamHandle(reactor, stream, owner)


def given_handle(reactor: Reactor, given: object, owner: HandleOwner) -> Handle:
    """The handle for the option ``handle``: a handle, a stream or a connected system's socket.

    Raises ``ERR_INVALID_HANDLE_TYPE`` for anything else.
    """
    if isinstance(given, Handle):
        given.owner = owner
        return given
    if isinstance(given, socket.socket):
        given.setblocking(False)
        given = SocketStream(given, host=reactor.host)
    if isinstance(given, SocketStream | WrappedStream):
        return handle_for(reactor, given, owner)
    raise invalid_handle_type()


def handle_of_descriptor(reactor: Reactor, fd: int, owner: HandleOwner) -> Handle:
    """A handle for the stream socket ``fd``, which belongs to it from now on.

    Raises ``ERR_INVALID_FD_TYPE``, or NodeSystemError if the descriptor is in use already; it
    stays as it was then.
    """
    sock = _stream_socket(fd)
    try:
        sock.setblocking(False)
        return SocketHandle(reactor, SocketStream(sock, host=reactor.host), owner)
    except OSError as error:
        sock.detach()
        raise system_error(error, "open") from error


def _stream_socket(fd: int) -> socket.socket:
    kind = _kind_of(fd)
    if kind != "SOCKET":
        raise invalid_fd_type(kind)
    sock = socket.socket(fileno=fd)
    if sock.type != socket.SOCK_STREAM or sock.family not in _FAMILIES:
        kind = "UDP" if sock.type == socket.SOCK_DGRAM else "UNKNOWN"
        sock.detach()
        raise invalid_fd_type(kind)
    return sock


def _kind_of(fd: int) -> str:
    """What Node calls a descriptor; ``SOCKET`` for any kind of socket."""
    try:
        mode = os.fstat(fd).st_mode
    except OSError as error:
        if error.errno == errno.EBADF:
            return "UNKNOWN"
        raise system_error(error, "open") from error
    if stat.S_ISSOCK(mode):
        return "SOCKET"
    if stat.S_ISFIFO(mode):
        return "PIPE"
    if stat.S_ISCHR(mode) and os.isatty(fd):
        return "TTY"
    return "FILE" if stat.S_ISREG(mode) or stat.S_ISCHR(mode) else "UNKNOWN"


def system_socket(handle: Handle | None) -> socket.socket | None:
    """The TCP socket under a handle, if that is what it stands on."""
    if isinstance(handle, SocketHandle) and handle.stream.sock.family != socket.AF_UNIX:
        return handle.stream.sock
    return None


def local_endpoint(handle: Handle) -> AddressInfo | None:
    """Where our end of a connection is; None if it has no IP address."""
    stream = handle.stream
    if isinstance(stream, SocketStream):
        return own_end_of_socket(stream.sock)
    return _info_of_value(stream.local_address)


def remote_endpoint(handle: Handle) -> AddressInfo | None:
    """Where the peer's end of a connection is; None if it has no IP address."""
    stream = handle.stream
    if not isinstance(stream, SocketStream):
        return _info_of_value(stream.remote_address)
    try:
        return _info(stream.peername or stream.sock.getpeername())
    except OSError:
        return None


def own_end_of_socket(sock: socket.socket) -> AddressInfo | None:
    """Where our end of a socket is, connected or not."""
    try:
        return _info(sock.getsockname())
    except OSError:
        return None


def _info_of_value(address: Address | None) -> AddressInfo | None:
    return _info(address.to_sockaddr()) if isinstance(address, SocketAddress) else None


def _info(sockaddr: Any) -> AddressInfo | None:
    if not isinstance(sockaddr, tuple):
        return None
    return {"address": ip_text(sockaddr), "family": family_name(sockaddr), "port": sockaddr[1]}
