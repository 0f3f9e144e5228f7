"""Handles for sockets: for a stream, for a descriptor, or the one that the program passed.

Rules that live here: a descriptor is judged as Node's ``guessHandleType`` does (a file is neither a
socket nor a pipe, nor is a terminal, and the error says which), and what could not be used stays
the caller's.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
import stat

from anynet._transport.reactor.handle import Handle, HandleOwner
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.reactor.stream_handle import StreamHandle
from anynet._transport.reactor.tls_handle import TlsHandle
from anynet._transport.sockets.pipe_socket import PipeSocket
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.wrapped_stream import WrappedStream
from anynet.node._errors.errors import invalid_fd_type, invalid_handle_type, system_error

_FAMILIES = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)


def handle_for(reactor: Reactor, stream: StreamBase, owner: HandleOwner) -> Handle:
    """A handle that calls ``owner``."""
    if isinstance(stream, SocketStream):
        return SocketHandle(reactor, stream, owner)
    assert isinstance(stream, WrappedStream)
    return StreamHandle(reactor, stream, owner)


def handle_of_option(reactor: Reactor, value: object, owner: HandleOwner) -> Handle:
    """The handle for the option ``handle``: a handle, a stream or a connected system's socket.

    Raises ``ERR_INVALID_HANDLE_TYPE`` for anything else.
    """
    if isinstance(value, Handle):
        value.owner = owner
        return value
    if isinstance(value, socket.socket) and not isinstance(value, ssl.SSLSocket):
        value.setblocking(False)
        value = SocketStream(value, host=reactor.host)
    if isinstance(value, SocketStream | WrappedStream):
        return handle_for(reactor, value, owner)
    raise invalid_handle_type()


def handle_of_descriptor(reactor: Reactor, fd: int, owner: HandleOwner) -> Handle:
    """A handle for the stream socket or pipe ``fd``, which belongs to it from now on.

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
    if kind == "PIPE":
        return PipeSocket(fd)
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


def connected_socket(handle: Handle | None) -> socket.socket | None:
    """The system's socket under a handle, of whatever family."""
    while isinstance(handle, TlsHandle):
        handle = handle.inner
    return handle.stream.sock if isinstance(handle, SocketHandle) else None


def system_socket(handle: Handle | None) -> socket.socket | None:
    """The TCP socket under a handle, if that is what it stands on."""
    sock = connected_socket(handle)
    return None if sock is None or sock.family == socket.AF_UNIX else sock
