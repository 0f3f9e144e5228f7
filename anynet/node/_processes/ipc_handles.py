"""Servers and sockets on their way to another process, and back to life there."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, Protocol

import attrs

from anynet._rules.checks import shown
from anynet.cluster.wire.fd_handles import FAMILIES, FdPayload, socket_of
from anynet.cluster.wire.frames import ChannelError, close_all
from anynet.cluster.wire.messages import Message
from anynet.node._errors.errors import invalid_handle_type
from anynet.node._errors.thread_errors import not_transferable
from anynet.node._net.servers.connection_count import ConnectionCount
from anynet.node._net.servers.server import Server
from anynet.node._net.servers.server_sending import copy_listening_socket, listen_with
from anynet.node._net.sockets.socket import Socket
from anynet.node._net.sockets.socket_sending import (
    check_sendable,
    copy_socket,
    counter_of,
    give_away,
    has_handle,
    take_over,
)
from anynet.node._net.values.bound_socket import BoundSocket

TCP_FAMILIES = (socket.AF_INET, socket.AF_INET6)


class Counts(Protocol):
    """Keeps count of the sockets that went to another process."""

    def note_sent(self, count: ConnectionCount) -> int:
        """A socket of a server is sent. Returns a number by which its count is known there."""

    def note_closed(self, key: int) -> None:
        """A socket that came with this number is closed."""


def check_handle(handle: object) -> None:
    """Raise ``ERR_INVALID_HANDLE_TYPE`` for what cannot be sent."""
    if isinstance(handle, Server):
        return
    if isinstance(handle, BoundSocket):
        check_bound_sendable(handle)
        return
    if not isinstance(handle, Socket):
        raise invalid_handle_type()
    check_sendable(handle)


def check_bound_sendable(bound: BoundSocket) -> None:
    """Only one of TCP that nobody has adopted can go, as in Node."""
    if bound.isPipe:
        raise invalid_handle_type()
    if bound.adopted:
        raise not_transferable("BoundSocket")


def pack(handle: object, *, keep_open: bool, counts: Counts) -> FdPayload | None:
    """Get a handle ready to go, that :func:`check_handle` let pass; None if it is closed.

    A socket leaves its object, unless it is to be kept open.
    """
    if isinstance(handle, Server):
        listening = copy_listening_socket(handle)
        return None if listening is None else _payload({"kind": "server"}, listening)
    if isinstance(handle, BoundSocket):
        return _payload({"kind": "bound"}, handle.consume().sock)
    assert isinstance(handle, Socket)
    if not has_handle(handle):
        return None
    count = counter_of(handle)
    key = counts.note_sent(count) if isinstance(count, ConnectionCount) else None
    state = {"kind": "socket", "key": key}
    if keep_open:
        return _payload(state, copy_socket(handle))
    return _payload(state, *give_away(handle))


def _payload(state: dict[str, Any], sock: socket.socket, unread: bytes = b"") -> FdPayload:
    return FdPayload(fd=sock.fileno(), state=state, unread=unread, sock=sock)


@attrs.define(eq=False)
class _Watch:
    """Counts a socket that came from another process: there its server waits for its end."""

    closed: Callable[[], object]

    def connection_closed(self) -> None:
        self.closed()


def unpack(message: Message, counts: Counts) -> Server | Socket | BoundSocket | None:
    """The handle that came with a message, alive in this runtime; None if there is none.

    Raises :exc:`ChannelError`, and closes it, for what is no server or socket that could be sent.
    """
    match message.fds, message.state:
        case [], None:
            return None
        case [fd], {"kind": "server"} if _is_stream(fd, listening=True):
            return listen_with(fd)
        case [fd], {"kind": "bound"} if _is_stream(fd, listening=False, families=TCP_FAMILIES):
            sock = socket.socket(fileno=fd)
            sock.setblocking(False)
            return BoundSocket.of_socket(sock)
        case [fd], {"kind": "socket", "key": int() | None as key} if _is_stream(
            fd, listening=False
        ):
            watch = None if key is None else _Watch(partial(counts.note_closed, key))
            return take_over(fd, message.unread, watch)
        case _:
            close_all(message.fds)
            raise ChannelError(f"what came is no handle: {shown(message.state)}")


def _is_stream(fd: int, *, listening: bool, families: Collection[int] = FAMILIES) -> bool:
    """Whether it is a TCP or Unix stream socket, and one that listens, or none.

    A server or a socket over anything else would fail with an ``error`` event that nobody can
    listen to yet, which ends the program.
    """
    sock = socket_of(fd)
    if sock is None:
        return False
    try:
        if sock.family not in families or sock.type != socket.SOCK_STREAM:
            return False
        return bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)) is listening
    finally:
        sock.detach()
