"""One connection as its server knows it, and the one whose handler is running.

A handler may run a server of its own, whose connections then have a ``parent``: a shutdown that is
called there waits neither for itself nor for the connections above.
"""

from __future__ import annotations

import contextvars
import weakref

import anyio

from anynet._core.connections.socket import Socket
from anynet._transport.loops.host_loop import StartedTask
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase

#: The connection whose handler runs in this context: a shutdown called there won't wait for it.
running_connection: contextvars.ContextVar[ServerConnection | None] = contextvars.ContextVar(
    "anynet connection", default=None
)


def current_connection() -> Socket | None:
    """The socket of the handler that is running; None outside of handlers.

    Also in what the handler calls, and in the tasks that it starts. Where a handler runs a server
    of its own, that server's handlers have their own.
    """
    connection = running_connection.get()
    return None if connection is None else connection.socket


class ServerConnection:
    """One connection of a server, from its accept until its handler has ended."""

    __slots__ = (
        "accepted_at",
        "address_key",
        "evicted",
        "handed_over",
        "in_header",
        "in_prelude",
        "parent",
        "raw",
        "slot",
        "socket",
        "stream",
        "task",
    )

    def __init__(self, raw: SocketStream, in_header: bool) -> None:
        self.raw = raw
        self.accepted_at = raw.host.time()
        #: Whether its PROXY header is still to be read.
        self.in_header = in_header
        #: Whether it counts for ``max_handshakes``, and not yet for ``max_connections``.
        self.in_prelude = False
        #: Whether it was reset in its prelude, to make room for another.
        self.evicted = False
        #: Set when a connection that waits for a slot has one, or was reset.
        self.slot: anyio.Event | None = None
        #: For which address it is counted; see :func:`address_key`.
        self.address_key: bytes | None = None
        #: What its socket stands on; None during the PROXY header and the TLS handshake.
        self.stream: StreamBase | None = None
        #: The socket, while its handler has it.
        self.socket: Socket | None = None
        #: The socket that accept() has handed over: held weakly, as the program may forget it.
        self.handed_over: weakref.ref[Socket] | None = None
        #: The task of the handler; None for a connection that was handed over.
        self.task: StartedTask | None = None
        #: The connection whose handler runs the server of this one, if a handler does.
        self.parent: ServerConnection | None = None

    def hand_over(self, socket: Socket) -> None:
        """From now on ``socket`` belongs to the program alone."""
        self.socket, self.task = None, None
        self.handed_over = weakref.ref(socket)

    @property
    def open_socket(self) -> Socket | None:
        """The socket, whoever has it; None before there is one and after the end."""
        socket = self.socket if self.handed_over is None else self.handed_over()
        return None if socket is None or socket.closed else socket

    def cancel(self) -> None:
        """Cancel the handler, if there is one."""
        if self.task is not None:
            self.task.cancel()

    @property
    def cut_off(self) -> bool:
        """Whether it was reset before its handler began."""
        return self.stream is None and self.raw.state.closed

    def reset(self) -> None:
        """Close the connection at once, so that the peer sees a failure."""
        if self.stream is not None:
            self.stream.abort()
        self.raw.abort()
        if self.slot is not None:
            self.slot.set()
