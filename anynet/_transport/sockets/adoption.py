"""Adopting sockets made elsewhere: a connected one, or one that listens.

What a descriptor is, the system is asked: its number says nothing, and an inherited one may be of
any kind. A descriptor that is refused stays open and as it was, since it was never ours; that is
why the checks come before ``setblocking``, and why a number is detached again.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

from anynet._rules.checks import check_int, check_socket, shown
from anynet._transport.sockets.closing import close_socket

_FAMILIES = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)
#: The errors of getpeername(2) that say so; EINVAL is macOS' for a socket that was shut down.
_NOT_CONNECTED = (errno.ENOTCONN, errno.EINVAL)


def adopt_connected(fd: int | socket.socket) -> socket.socket:
    """The connected stream socket behind ``fd``, non-blocking; it belongs to the caller now.

    Raises :exc:`ValueError` that says what is wrong with the descriptor, and :exc:`OSError` where
    the system fails to say what it is; it stays as it was.
    """
    check_socket("fd", fd)
    if isinstance(fd, int):
        # The socket module would silently cut a larger number down to some other descriptor.
        check_int("fd", fd, minimum=0, maximum=2**31 - 1)
    try:
        sock = socket.socket(fileno=fd) if isinstance(fd, int) else fd
    except (OSError, ValueError) as error:
        raise ValueError(f"fd {fd} is not a socket: {error}") from error
    try:
        if sock.family not in _FAMILIES or sock.type != socket.SOCK_STREAM:
            raise ValueError(f"fd {sock.fileno()} is not a TCP or Unix stream socket")
        try:
            sock.getpeername()
        except OSError as error:
            if error.errno not in _NOT_CONNECTED:
                raise
            raise ValueError(f"fd {sock.fileno()} is not connected") from error
        sock.setblocking(False)
    except BaseException:
        if isinstance(fd, int):
            sock.detach()
        raise
    return sock


def renewed(sock: socket.socket, new_socket: Callable[..., socket.socket]) -> socket.socket:
    """The descriptor of ``sock`` under a new, non-blocking object; closed where that fails.

    ``new_socket`` is that of the loop which the socket lives in.
    """
    new = new_socket(fileno=sock.detach())
    try:
        new.setblocking(False)
    except BaseException:
        close_socket(new)
        raise
    return new


def check_listening(sock: socket.socket, name: str) -> None:
    """Raise :exc:`ValueError`, with this name for the socket, unless it is a listening stream."""
    if sock.family not in _FAMILIES:
        raise ValueError(f"{name} is not a TCP or Unix socket but {shown(sock.family)}")
    kind = sock.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE)
    if kind != socket.SOCK_STREAM:
        raise ValueError(f"{name} is not a stream socket but {shown(socket.SocketKind(kind))}")
    if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        raise ValueError(f"{name} is not listening")
