"""In a worker: listening with what the primary gave.

Each passed connection is answered with one byte, which is how the primary knows that it may close
its own copy. A worker that is full answers that it is, and the connection goes to another worker.
So does one for which this process has no descriptor left: the kernel then truncates the message
(MSG_CTRUNC), the descriptor is lost here, and the primary still has the connection.
"""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import DescriptorsTruncated
from anynet._transport.listening.listener import ListeningSocket
from anynet._transport.sockets.closing import close_fd, close_socket
from anynet._transport.sockets.fd_passing import receive_with_descriptors
from anynet._transport.sockets.sockaddr import address_from_sockaddr
from anynet.cluster.processes.parent_watch import claim_path, release_path
from anynet.cluster.wire.messages import Opened

#: What a worker answers to a connection that was passed to it: taken, or no room for it.
TAKEN, REFUSED = b"+", b"-"
#: The longest message beside a passed connection, which is the address of its peer.
MAX_NAME = 4096


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
        #: Asked before each connection is taken: whether it is to go to another worker.
        self.is_full: Callable[[], bool] | None = None

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection, and its peer's socket address.

        Raises :exc:`BlockingIOError` when there is none. With EMFILE the connection has gone back
        to the primary, which offers it to another worker.
        """
        try:
            message, fds = receive_with_descriptors(self._end, MAX_NAME, 1)
        except DescriptorsTruncated:
            self._answer(REFUSED)
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE)) from None
        except ConnectionResetError:
            fds = []  # So ends a socket pair whose other end was closed over unread answers.
        if not fds:
            # The primary is gone, and in a moment this process is too.
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        if self.is_full is not None and self.is_full():
            close_fd(fds[0])
            self._answer(REFUSED)
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        self._answer(TAKEN)
        sock = socket.socket(self.sock.family, self.sock.type, self.sock.proto, fds[0])
        try:
            sock.setblocking(False)
        except BaseException:
            close_socket(sock)
            raise
        peername = json.loads(message)
        return sock, tuple(peername) if isinstance(peername, list) else peername

    def _answer(self, answer: bytes) -> None:
        try:
            self._end.send(answer)
        except OSError:
            pass  # The primary is gone.

    def close(self) -> None:
        """Take no more connections. Calling it again does nothing."""
        if not self.closed:
            self.closed = True
            close_socket(self._end)
            close_socket(self.sock)
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


ReceivedListener: TypeAlias = PassedConnections | SharedListening


def received_listeners(
    opened: Opened, on_close: Callable[[int], object], primary_lives: Callable[[], bool]
) -> list[ReceivedListener]:
    """What a worker listens with, for each address; it owns the descriptors from now on.

    ``on_close`` is called with the index of one that is closed. While one is open, a file that the
    primary made for it is unlinked when the primary dies, or when it is closed after that.
    """
    socks = [socket.socket(fileno=fd) for fd in opened.fds]
    for sock in socks:
        sock.setblocking(False)  # They are; but the object has to know.
    listening = socks[opened.fds_each - 1 :: opened.fds_each]
    paths = [claim_path(*each) for each in zip(listening, opened.files, strict=True)]

    def close(index: int) -> None:
        release_path(paths[index], primary_lives=primary_lives())
        on_close(index)

    if opened.how == "passed":
        return [
            PassedConnections(socks[2 * index], socks[2 * index + 1], partial(close, index))
            for index in range(len(listening))
        ]
    return [SharedListening(sock, partial(close, index)) for index, sock in enumerate(socks)]
