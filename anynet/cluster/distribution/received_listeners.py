"""In a worker: listening with what the primary gave."""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Callable
from typing import Any

from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import DescriptorsTruncated
from anynet._transport.listening.listener import ListeningSocket
from anynet._transport.sockets.fd_passing import receive_with_descriptors
from anynet._transport.sockets.sockaddr import address_from_sockaddr

#: What a worker answers to a connection that was passed to it: taken, or no room for it.
TAKEN, REFUSED = b"+", b"-"
#: The longest message beside a passed connection, which is the address of its peer.
_LONGEST_NAME = 4096


class PassedConnections:
    """The connections that the primary accepts at one address and passes to this worker.

    ``end`` is where they come from; ``sock`` is the primary's listening socket, only to be asked
    about. What was not taken when this is closed goes to another worker.
    """

    __slots__ = ("_end", "_on_close", "address", "closed", "fd", "is_full", "sock")

    def __init__(
        self, end: socket.socket, sock: socket.socket, on_close: Callable[[], object]
    ) -> None:
        self._end = end
        self._on_close = on_close
        self.sock: socket.socket = sock
        self.fd: int = end.fileno()
        self.address: Address = address_from_sockaddr(sock.getsockname()) or ""
        self.closed: bool = False
        #: Asked before each connection is taken: is it to go to another worker?
        self.is_full: Callable[[], bool] | None = None

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection, and its peer's socket address.

        Raises :exc:`BlockingIOError` when there is none. With EMFILE the connection has gone back
        to the primary, which offers it to another worker.
        """
        try:
            message, fds = receive_with_descriptors(self._end, _LONGEST_NAME, 1)
        except DescriptorsTruncated:
            self._answer(REFUSED)
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE)) from None
        if not fds:
            # The primary is gone, and in a moment this process is too.
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        if self.is_full is not None and self.is_full():
            os.close(fds[0])
            self._answer(REFUSED)
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        self._answer(TAKEN)
        sock = socket.socket(self.sock.family, self.sock.type, self.sock.proto, fds[0])
        sock.setblocking(False)
        peername = json.loads(message)
        return sock, tuple(peername) if isinstance(peername, list) else peername

    def _answer(self, answer: bytes) -> None:
        try:
            self._end.send(answer)
        except OSError:
            pass  # Nobody is left to be told.

    def close(self) -> None:
        """Take no more connections. Calling it again does nothing."""
        if not self.closed:
            self.closed = True
            self._end.close()
            self.sock.close()
            self._on_close()

    def disown(self) -> None:
        """The same as :meth:`close`."""
        self.close()


class SharedListening(ListeningSocket):
    """A listening socket of the primary, or of its slot, that this worker accepts from itself."""

    __slots__ = ("_on_close",)

    def __init__(self, sock: socket.socket, on_close: Callable[[], object]) -> None:
        super().__init__(sock)
        self._on_close = on_close

    def close(self) -> None:
        """Stop accepting here; the socket goes on listening while other processes hold it."""
        if self.closed:
            return
        super().close()
        self._on_close()

    def disown(self) -> None:
        """The same as :meth:`close`."""
        self.close()
