"""Sockets and descriptors on their way to another process.

The kernel hands over a socket with all that it knows. What it does not know goes as ``state`` with
the message: the peer's name (a peer that has left has none any more), that our end was half-closed,
and what to do when the peer's is; and, behind the message, the bytes that were read ahead. Without
them the receiver would miss the beginning of what the peer sent.
"""

from __future__ import annotations

import os
import socket
import ssl
import stat
from typing import Any, TypeAlias

import anyio
import attrs

from anynet._core.connections.socket import Socket, own_stream_below
from anynet._rules.checks import shown
from anynet._transport.sockets.closing import close_fd, close_socket
from anynet._transport.sockets.fd_passing import HasFileno
from anynet._transport.sockets.sockaddr import address_from_sockaddr
from anynet._transport.streams.half_state import HalfState
from anynet._transport.streams.released import ReleasedSocket
from anynet._transport.streams.socket_stream import SocketStream
from anynet.cluster.wire.frames import ChannelError
from anynet.cluster.wire.messages import Message

#: What can be sent along with a message. A :class:`Socket` moves; of anything else a copy goes.
Sendable: TypeAlias = Socket | HasFileno | int
#: What comes: a connection as a :class:`Socket`, any other socket as one of the standard library,
#: anything else as a descriptor that belongs to the receiver.
Received: TypeAlias = Socket | socket.socket | int

#: Of the sockets that connections can be over.
FAMILIES = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)


@attrs.frozen(kw_only=True)
class FdPayload:
    """A handle that is ready to go: a descriptor, and what the kernel does not know about it."""

    fd: int
    #: Goes with the message; None where the kernel knows everything.
    state: dict[str, Any] | None
    #: Bytes that have been read from the connection already and come first.
    unread: bytes = b""
    #: To be closed once it has gone; None for what stays the sender's.
    sock: socket.socket | None = None

    def close(self) -> None:
        """Let go of a connection that has gone, or could not go."""
        if self.sock is not None:
            close_socket(self.sock)


def check_sendable(handle: object) -> None:
    """Raise :exc:`TypeError` or :exc:`ValueError` for what cannot be sent; it stays as it was."""
    if isinstance(handle, Socket):
        stream = own_stream_below(handle)
        if handle.closed:
            raise anyio.ClosedResourceError
        if not isinstance(stream, SocketStream):
            raise ValueError("handle must be a socket of the operating system, not a stream")
        if stream.state.mid_message:
            raise ValueError("handle has sent a part of a message: nobody could go on from there")
        return
    if isinstance(handle, bool) or not (isinstance(handle, int) or hasattr(handle, "fileno")):
        raise TypeError(f"handle must be a socket or a descriptor, not {shown(handle)}")
    if isinstance(handle, ssl.SSLSocket):
        raise TypeError("handle must be a plain socket, not an ssl.SSLSocket: its state stays here")
    fd = handle if isinstance(handle, int) else handle.fileno()
    try:
        os.fstat(fd)
    except (OSError, OverflowError):
        raise ValueError(f"handle must be open, not {shown(handle)}") from None


def pack(handle: Sendable) -> FdPayload:
    """Get a handle ready that :func:`check_sendable` let pass. A :class:`Socket` is then closed."""
    if not isinstance(handle, Socket):
        fd = handle if isinstance(handle, int) else handle.fileno()
        return FdPayload(fd=fd, state=None)
    released = handle.release()
    assert isinstance(released, ReleasedSocket)
    sock, name = released.take(), released.peername
    state = {
        "peername": os.fsdecode(name) if isinstance(name, bytes) else name,
        "ended": released.state.eof_sent,
        "allow_half_open": released.state.allow_half_open,
    }
    return FdPayload(fd=sock.fileno(), state=state, unread=released.unread, sock=sock)


def handle_of(message: Message) -> Received | None:
    """What came with a message. Raises :exc:`ChannelError`, and closes it, for nonsense."""
    if not message.fds:
        return None
    (fd,) = message.fds
    sock = socket_of(fd)
    if sock is None:
        return fd
    try:
        connected = sock.type == socket.SOCK_STREAM and sock.family in FAMILIES
        if not connected or sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return sock
        return _connection(sock, message.state, message.unread)
    except ChannelError:
        close_socket(sock)
        raise
    except BaseException as error:
        close_socket(sock)
        if not isinstance(error, Exception):
            raise
        # Another process chose what came, and there are many kinds of sockets: whatever they fail
        # with here is about that process, never the end of this one.
        raise ChannelError(f"no handle can be made of what came: {error}") from error


def socket_of(fd: int) -> socket.socket | None:
    """The socket behind a descriptor, which it owns then; None for what is none.

    Nor is one that has no name: those of AF_ALG, which Python cannot make an object of.
    """
    if not stat.S_ISSOCK(os.fstat(fd).st_mode):
        return None
    try:
        return socket.socket(fileno=fd)
    except OSError:
        return None


def close_handle(handle: Received | None) -> None:
    """Close a handle that was not taken."""
    if isinstance(handle, int):
        close_fd(handle)
    elif isinstance(handle, Socket):
        handle.reset()
    elif handle is not None:
        handle.close()


def _connection(sock: socket.socket, state: Any, unread: bytes) -> Received:
    if state is None:
        try:
            return Socket.from_fd(sock)
        except ValueError:  # Not connected: not so far, or its peer has left.
            return sock
    match state:
        case {"peername": peername, "ended": bool(ended), "allow_half_open": bool(half_open)}:
            peername = _peername(sock, peername)
        case _:
            raise ChannelError(f"the state of a connection makes no sense: {shown(state)}")
    sock.setblocking(False)
    halves = HalfState()
    halves.allow_half_open = half_open
    if ended:
        halves.shut_down()
    released = ReleasedSocket(sock=sock, unread=unread, state=halves, peername=peername)
    try:
        return Socket.adopt(released)
    finally:
        released.close()  # Which does nothing where it was adopted.


def _peername(sock: socket.socket, value: Any) -> Any:
    """A peer's name as the socket module has it, from the one in a message."""
    match value:
        case None:
            return None
        case str() if sock.family == socket.AF_UNIX:
            return value
        case [str(), int(), *_] if sock.family != socket.AF_UNIX:
            name = tuple(value)
            try:
                address_from_sockaddr(name)
                return name
            except (TypeError, ValueError):
                pass
    raise ChannelError(f"the peer of a connection makes no sense: {shown(value)}")
