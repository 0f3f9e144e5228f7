"""The way of connections from the primary to one worker: a socket pair, and what is under way.

A connection is passed with SCM_RIGHTS, the name of its peer beside it as accept(2) returned it, for
a peer that has left meanwhile has none any more. The worker answers each with one byte, in order.
Until then the primary keeps the connection open: if the worker dies with connections in its buffer,
they go to another, and no client notices.

At most :data:`MAX_UNDER_WAY` are unanswered: Linux counts descriptors under way against the limit
of open files of the sender, and a worker that does not answer must not collect what others could
serve.
"""

from __future__ import annotations

import array
import errno
import json
import os
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

import anyio

#: How many connections may be under way to a worker; one that takes no more is passed over.
MAX_UNDER_WAY = 32


class PassedConnection:
    """An accepted connection, kept until a worker has it."""

    __slots__ = ("fds", "name", "sock")

    def __init__(self, sock: socket.socket, peername: Any) -> None:
        self.sock: socket.socket = sock
        self.fds: array.array[int] = array.array("i", [sock.fileno()])
        if isinstance(peername, bytes):
            peername = os.fsdecode(peername)
        self.name: bytes = json.dumps(peername).encode()


class WorkerPipe:
    """Our end of the socket pair through which one worker gets its connections."""

    __slots__ = ("answered", "full", "resting", "retired", "sock", "stop", "under_way")

    stop: Callable[[], None]

    def __init__(self, sock: socket.socket) -> None:
        self.sock: socket.socket = sock
        self.under_way: deque[PassedConnection] = deque()
        #: Set when some of them were taken.
        self.answered: anyio.Event = anyio.Event()
        self.full: bool = False
        self.retired: bool = False
        #: Whether it is passed over for a while.
        self.resting: bool = False

    @property
    def below_limit(self) -> bool:
        """Whether this worker may get one more."""
        return (
            not (self.full or self.retired or self.resting) and len(self.under_way) < MAX_UNDER_WAY
        )

    def send(self, connection: PassedConnection) -> bool:
        """Pass a connection on; False when it did not go."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, connection.fds)]
        try:
            self.sock.sendmsg([connection.name], rights)
        except OSError as error:
            if error.errno in (errno.EPIPE, errno.ECONNRESET):
                self.retired = True  # It is gone; the end of its stream is noticed soon.
            elif isinstance(error, BlockingIOError):
                self.full = True  # Until it has answered.
            else:  # ETOOMANYREFS, ENOBUFS: the kernel holds too many for us at the moment.
                self.resting = True
            return False
        self.under_way.append(connection)
        return True
