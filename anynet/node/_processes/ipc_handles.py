"""Servers and sockets on their way to another process, and back to life there."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any, Protocol

import attrs

from anynet._transport.loops.host_loop import current_host_loop
from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.streams.socket_stream import SocketStream
from anynet.cluster.wire.fd_handles import FdPayload
from anynet.cluster.wire.frames import close_all
from anynet.cluster.wire.messages import Message
from anynet.node._errors.errors import invalid_handle_type, invalid_state
from anynet.node._net.options.listen_options import ListenRequest
from anynet.node._net.servers.server import Server
from anynet.node._net.sockets.socket import Socket


class Counts(Protocol):
    """Keeps count of the sockets that went to another process."""

    def note_sent(self, server: Server) -> int:
        """A socket of ``server`` is sent. Returns a number by which the server is known there."""

    def note_closed(self, key: int) -> None:
        """A socket that came with this number is closed."""


def check_handle(handle: object) -> None:
    """Raise ``ERR_INVALID_HANDLE_TYPE`` for what cannot be sent."""
    if isinstance(handle, Server):
        return
    if not isinstance(handle, Socket):
        raise invalid_handle_type()
    below = handle._handle
    if below is None:
        return
    if not isinstance(below, SocketHandle):
        raise invalid_handle_type()
    if below.queue_size:
        raise invalid_state("a socket that still has bytes to write cannot be sent")


def pack(handle: object, *, keep_open: bool, counts: Counts) -> FdPayload | None:
    """Get a handle ready to go, that :func:`check_handle` let pass; None if it is closed.

    A socket leaves its object, unless it is to be kept open.
    """
    if isinstance(handle, Server):
        listening = handle._handle
        if listening is None:
            return None
        return _payload({"kind": "server"}, listening.copy_socket())
    assert isinstance(handle, Socket)
    below = handle._handle
    if not isinstance(below, SocketHandle):
        return None
    server = handle._counted_by
    key = counts.note_sent(server) if isinstance(server, Server) else None
    state = {"kind": "socket", "key": key}
    if keep_open:
        return _payload(state, below.stream.sock.dup())
    released = below.release_now(handle._give_away())
    return _payload(state, released.sock, released.unread)


def _payload(state: dict[str, Any], sock: socket.socket, unread: bytes = b"") -> FdPayload:
    return FdPayload(fd=sock.fileno(), state=state, unread=unread, sock=sock)


@attrs.define(eq=False)
class _Watch:
    """Stands in the place of a server for a socket that came from another process."""

    closed: Callable[[], object]

    def _connection_closed(self, _socket: object, /) -> None:
        self.closed()


def unpack(message: Message, counts: Counts) -> Server | Socket | None:
    """The handle that came with a message, alive in this runtime; None if there is none."""
    match message.fds, message.state:
        case [fd], {"kind": "server"}:
            server = Server()
            server._bind(ListenRequest(fd=fd, exclusive=True), None)
            if not server.listening:
                os.close(fd)
            return server
        case [fd], {"kind": "socket", "key": int() | None as key}:
            sock = socket.socket(fileno=fd)
            sock.setblocking(False)
            stream = SocketStream(sock, host=current_host_loop())
            taken = Socket({"handle": stream})
            if key is not None:
                taken._counted_by = _Watch(lambda: counts.note_closed(key))
            if message.unread:
                taken.push(message.unread)
            return taken
        case _:
            close_all(message.fds)
            return None
