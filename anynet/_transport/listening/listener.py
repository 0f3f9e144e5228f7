"""What connections are accepted from: the contract of a listener, and the socket that listens.

The rules of ownership: a listener owns its socket, and the path that it made, until one of two
ends. ``close()`` ends the listening for good. ``disown()`` is for a listener that could not be
used after all: what the caller lent to it stays open, as the caller gave it.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol

from anynet._rules.values.addresses import Address
from anynet._transport.listening.unix_path import BoundPath, PathFile
from anynet._transport.sockets.closing import close_socket
from anynet._transport.sockets.sockaddr import address_from_sockaddr


class Listener(Protocol):
    """Something that connections can be accepted from, once ``fd`` is readable."""

    fd: int
    #: The listening socket itself, for what can be asked of it.
    sock: socket.socket
    #: Where it listens: an IP address and port, or a path.
    address: Address
    closed: bool

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection, close-on-exec but maybe blocking, and the peer's socket address.

        Raises :exc:`BlockingIOError` when there is none, and the :exc:`OSError` of the system when
        none can be accepted now; what to do then is for :mod:`anynet._rules.policy.accepting`.
        """

    def close(self) -> None:
        """Stop listening. Calling it again does nothing."""

    def disown(self) -> None:
        """Close it, but leave a socket of the caller's open: it could not be used after all."""


class AcceptingSocket(socket.socket):
    """A socket whose family and type are looked up once.

    ``accept()`` asks for both each time, and each time the standard library looks the number up in
    an enumeration: 2 to 3 % of a short connection.
    """

    @cached_property
    def family(self) -> socket.AddressFamily:
        return super().family

    @cached_property
    def type(self) -> socket.SocketKind:
        return super().type


class SocketAtPath(socket.socket):
    """A client's socket that is bound to a path, which is unlinked when it is closed.

    A socket that goes to another process (it is detached then) leaves the path where it is.
    """

    def __init__(self, path: BoundPath) -> None:
        bound = path.sock
        path.sock = self
        super().__init__(bound.family, bound.type, bound.proto, fileno=bound.detach())
        self.setblocking(False)
        self._path = path

    def remove_path(self) -> None:
        """Unlink the path, if it is still this socket's."""
        self._path.remove()

    def close(self) -> None:
        # The path goes first: while the socket is open no other file can have its inode.
        self._path.close()
        super().close()


class ListeningSocket:
    """A socket that listens: non-blocking, owned by this object.

    Where that cannot be made, for lack of an address, the socket is disowned.
    """

    __slots__ = ("_borrowed_from", "_path", "accept", "address", "closed", "fd", "sock")

    def __init__(
        self,
        sock: socket.socket,
        path: BoundPath | None = None,
        borrowed_from: int | socket.socket | None = None,
    ) -> None:
        self.sock: socket.socket = sock
        #: The socket's own accept, without a call of ours around it: see :class:`Listener`.
        self.accept: Callable[[], tuple[socket.socket, Any]] = sock.accept
        self.fd: int = sock.fileno()
        self.closed: bool = False
        self._path = path
        #: What the caller gave to be adopted, if it did: a descriptor or a socket object.
        self._borrowed_from = borrowed_from
        try:
            #: Where it listens: an IP address and port, or a path.
            self.address: Address = address_from_sockaddr(sock.getsockname()) or ""
        except BaseException:
            self.disown()
            raise

    @property
    def file(self) -> PathFile | None:
        """The file that this made to listen at a path."""
        return None if self._path is None else self._path.file

    def as_client(self) -> socket.socket:
        """The socket for a connection, if it does not listen; closing it unlinks the path."""
        return self.sock if self._path is None else SocketAtPath(self._path)

    def close(self) -> None:
        """Stop listening, and unlink the path if this made one. Calling it again does nothing."""
        self.closed = True
        if self._path is not None:
            self._path.close()
        close_socket(self.sock)

    def disown(self) -> None:
        """Close it, but leave a socket of the caller's open: it could not be used after all."""
        if self._borrowed_from is None:
            self.close()
        elif isinstance(self._borrowed_from, int):
            # The socket object is ours, made around the caller's descriptor; given a socket
            # object, there is nothing to undo.
            self.sock.detach()
