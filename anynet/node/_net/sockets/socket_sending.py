"""Sockets on their way to another process or thread, and those that came from one.

Rules that live here, each Node's:

* Only a connection on a socket of the system can go, and only when nothing waits to be written.
* The object that it leaves stays as it is, only without a handle: it is not destroyed, and emits no
  ``close``. The server that counts it hears of its end from the other process.
"""

from __future__ import annotations

import socket as system

from anynet._transport.loops.host_loop import current_host_loop
from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.streams.released import ReleasedSocket
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._errors.errors import invalid_handle_type, invalid_state
from anynet.node._net.sockets.handle_link import ConnectionCounter
from anynet.node._net.sockets.socket import Socket


def check_sendable(socket: Socket) -> None:
    """Raise ``ERR_INVALID_HANDLE_TYPE`` or ``ERR_INVALID_STATE`` for a socket that cannot go."""
    handle = socket._connection.link.handle
    if handle is None:
        return
    if not isinstance(handle, SocketHandle):
        raise invalid_handle_type()
    if handle.queue_size:
        raise invalid_state("a socket that still has bytes to write cannot be sent")


def has_handle(socket: Socket) -> bool:
    """Whether there is a connection to send."""
    return isinstance(socket._connection.link.handle, SocketHandle)


def counter_of(socket: Socket) -> ConnectionCounter | None:
    """What counts the connection; to be asked before it is given away."""
    return socket._connection.link.counted_by


def copy_socket(socket: Socket) -> system.socket:
    """The system's socket once more; the connection stays here as well."""
    handle = socket._connection.link.handle
    assert isinstance(handle, SocketHandle)
    return handle.stream.sock.dup()


def give_away(socket: Socket) -> tuple[system.socket, bytes]:
    """The system's socket, and what was received from it and not read."""
    unread = socket.readable_state.take_unread()
    handle = socket._connection.link.release()
    assert isinstance(handle, SocketHandle)
    released = handle.release_now(unread)
    return released.take(), released.unread


def take_over(fd: int, unread: bytes, counter: ConnectionCounter | None) -> Socket:
    """A socket over the connection ``fd``, counted by ``counter``."""
    sock = system.socket(fileno=fd)
    sock.setblocking(False)
    socket = Socket({"handle": SocketStream(sock, host=current_host_loop())})
    socket._connection.link.count_by(counter)
    if unread:
        socket.push(unread)
    return socket


# -- to another thread ----------------------------------------------------------------------------


def can_move(socket: Socket) -> bool:
    """Whether another thread can go on with the connection: nobody has touched it so far."""
    handle = socket._connection.link.handle
    if not isinstance(handle, SocketHandle) or handle.stream.sock.family == system.AF_UNIX:
        return False
    untouched = not (socket.bytesRead or socket.bytesWritten or socket.writableEnded)
    state = socket.readable_state
    return untouched and not (socket.connecting or state.length or state.decoder)


def move(socket: Socket) -> ReleasedSocket:
    """The connection, for another thread; the socket is destroyed."""
    handle = socket._connection.link.release()
    assert isinstance(handle, SocketHandle)
    released = handle.release_now()
    socket.destroy()
    return released


def take_moved(sock: system.socket, half_open: bool) -> Socket:
    """A socket over a connection that came from another thread."""
    stream = SocketStream(sock, host=current_host_loop())
    return Socket({"handle": stream, "allowHalfOpen": half_open})
