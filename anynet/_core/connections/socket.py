"""The await face of a connection."""

from __future__ import annotations

import socket as stdlib_socket
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from typing import Any, BinaryIO, Unpack

import anyio
from anyio.abc import AnyByteStream, ByteStream
from anyio.streams.tls import TLSStream

from anynet._core.connections.connection import Connection, ConnectionState, IdleAction
from anynet._core.connections.forgotten import close_forgotten
from anynet._core.connections.socket_events import SocketEvents
from anynet._core.connections.socket_server import SocketServer
from anynet._core.connections.values import SocketStatistics
from anynet._rules.checks import check_choice, check_seconds
from anynet._rules.options import ConnectionOptionNames, ConnectionOptions, split_options
from anynet._rules.proxy.header import ProxyHeader
from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import ConnectionEnded
from anynet._transport.loops.host_loop import current_host_loop
from anynet._transport.network.network import current_network
from anynet._transport.sockets.adoption import adopt_connected
from anynet._transport.sockets.buffers import Buffer
from anynet._transport.sockets.fd_passing import HasFileno
from anynet._transport.sockets.message_sends import check_file
from anynet._transport.sockets.options import (
    get_type_of_service,
    set_keep_alive,
    set_no_delay,
    set_type_of_service,
)
from anynet._transport.sockets.peer_credentials import PeerCredentials, peer_credentials
from anynet._transport.sockets.sockaddr import peername_of
from anynet._transport.streams.adopt import adopt
from anynet._transport.streams.descriptors import receive_fds, send_fds
from anynet._transport.streams.disconnect_watch import wait_peer_left
from anynet._transport.streams.endpoints import ProxyAttribute
from anynet._transport.streams.own_socket import raw_stream, tcp_socket, unix_stream
from anynet._transport.streams.released import Released
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.wrapped_stream import WrappedStream

_CHUNK = 65536


class Socket(ByteStream):
    """A connection: an AnyIO byte stream over TCP, a Unix socket, or any other AnyIO byte stream.

    It comes from :func:`connect`, from a :class:`Server` (its ``server``, which is None for any
    other), or from :meth:`from_stream` and :meth:`from_fd`. One task may receive while another
    sends; a second task in the same direction gets :exc:`anyio.BusyResourceError`. ``async for
    chunk in socket`` receives until the peer ends.

    Every operation is a cancellation point before it touches the connection, and of any two
    consecutive operations of a task at least one lets other tasks run. A receive that is cancelled
    loses nothing. A send that is cancelled or fails after a part of its message went out leaves the
    sending side broken, and closing then resets the connection, so that the peer never takes the
    cut message for a whole one.

    Errors: :exc:`anyio.EndOfStream` once the peer ended its side, :exc:`anyio.BrokenResourceError`
    when the connection was lost (its ``errno`` says how), :exc:`anyio.ClosedResourceError` when
    this side closed it, :exc:`ConnectionExpired` (a :exc:`TimeoutError`) when a time limit did.

    It belongs to the thread of its event loop: in another one every operation raises
    :exc:`RuntimeError`; what only looks (addresses, counters) works. :meth:`release` moves it.

    Close it, or use ``async with socket``: a forgotten one is closed with a :exc:`ResourceWarning`.
    """

    server: SocketServer | None = None

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stream = connection.stream

    def __del__(self) -> None:
        if not self._stream.state.closed:
            close_forgotten(self, self._stream)

    def _here(self) -> StreamBase:
        """The stream, for the thread of its event loop alone."""
        self._stream.host.check_thread()
        return self._stream

    # -- where sockets come from ----------------------------------------------------------------

    @classmethod
    def from_stream(cls, stream: AnyByteStream, **options: Unpack[ConnectionOptionNames]) -> Socket:
        """A socket over any AnyIO byte stream, which it then owns.

        Options: ``allow_half_open``, ``idle_timeout_action``, and in seconds ``idle_timeout``,
        ``receive_timeout``, ``send_timeout`` and ``max_lifetime``.
        """
        (connection_options,) = split_options("from_stream", options, ConnectionOptions)
        foreign = WrappedStream(stream, base=own_stream_below(stream))
        return cls(Connection(foreign, connection_options))

    @classmethod
    def from_fd(
        cls, fd: int | stdlib_socket.socket, **options: Unpack[ConnectionOptionNames]
    ) -> Socket:
        """A socket over a connected stream socket, given as a descriptor or a socket object.

        Takes ownership on success. Raises :exc:`ValueError` for anything but a connected TCP or
        Unix stream socket, which then stays open and untouched. Options as in :meth:`from_stream`.
        """
        (connection_options,) = split_options("from_fd", options, ConnectionOptions)
        host = current_host_loop()  # Raises outside of an event loop: before fd is touched.
        sock = adopt_connected(fd)
        stream = SocketStream(sock, peername=peername_of(sock), host=host)
        return cls(Connection(stream, connection_options))

    @classmethod
    def adopt(cls, released: Released, **options: Unpack[ConnectionOptionNames]) -> Socket:
        """A socket over a released connection, in any thread and backend: see :meth:`release`.

        Options as in :meth:`from_stream`: ``allow_half_open`` is kept unless given, time limits are
        not. Raises :exc:`anyio.ClosedResourceError` if it was adopted or closed before, and
        :exc:`RuntimeError` for what cannot leave its event loop (TLS).
        """
        if not isinstance(released, Released):
            raise TypeError(f"adopt() takes what release() returned, not {released!r}")
        options.setdefault("allow_half_open", released.state.allow_half_open)
        (connection_options,) = split_options("adopt", options, ConnectionOptions)
        stream = adopt(released, current_network.get().host_loop())
        return cls(Connection(stream, connection_options))

    # -- receiving and sending ------------------------------------------------------------------

    # These three return the stream's coroutine rather than await it: a coroutine around it would
    # cost every waiting connection its frame, and every wake-up a step.

    def receive(self, max_bytes: int = _CHUNK) -> Coroutine[Any, Any, bytes]:
        """Receive between 1 and ``max_bytes`` bytes.

        Raises :exc:`anyio.EndOfStream` when the peer has ended its side.
        """
        return self._stream.receive(max_bytes, ConnectionEnded, self)

    def __aiter__(self) -> Socket:
        return self

    def __anext__(self) -> Coroutine[Any, Any, bytes]:
        return self._stream.receive(_CHUNK, StopAsyncIteration, self)

    async def receive_into(self, buffer: bytearray | memoryview) -> int:
        """Receive into ``buffer``; returns how many bytes, at least 1.

        Raises :exc:`anyio.EndOfStream` when the peer has ended its side.
        """
        return await self._stream.receive_into(buffer)

    def send(self, item: Buffer) -> Coroutine[Any, Any, None]:
        """Send all of ``item``; returns when the kernel has taken it.

        When it is cancelled or fails half-way, ``bytes_sent`` tells how much went out, later sends
        raise :exc:`anyio.BrokenResourceError`, and closing resets the connection (TCP) or closes it
        forcefully (Unix and foreign streams, whose peer may see a clean end).
        """
        return self._stream.send(item, self)

    async def send_many(self, buffers: Iterable[Buffer]) -> None:
        """Send several buffers as one message, without joining them; else like :meth:`send`."""
        await self._stream.send_many(buffers)

    async def send_file(self, file: BinaryIO, offset: int = 0, count: int | None = None) -> int:
        """Send ``count`` bytes (None: up to the end) of a regular file; returns how many.

        Uses sendfile on our own sockets; the file's position stays where it is. Raises
        :exc:`EOFError` when the file is shorter than ``offset + count``.
        """
        await self._stream.send_file(file, offset, count := check_file(file, offset, count))
        return count

    async def send_eof(self) -> None:
        """End our side; the peer may go on sending. Calling it again does nothing.

        Raises :exc:`NotImplementedError` over streams that cannot do that, TLS for one.
        """
        await self._stream.send_eof()
        self._connection.side_ended()

    async def send_fds(self, message: bytes, fds: Collection[int | HasFileno]) -> None:
        """Send open descriptors, at least one, along with a message that is not empty.

        Unix sockets only. Raises :exc:`ValueError`, and sends nothing, where one of both is empty.
        """
        await send_fds(unix_stream(self._stream, "send_fds"), message, fds)

    async def receive_fds(self, msglen: int, maxfds: int) -> tuple[bytes, list[int]]:
        """Receive a message of at most ``msglen`` bytes, and at most ``maxfds`` descriptors.

        The descriptors are close-on-exec and belong to the caller. When there are more than
        ``maxfds``, all are closed and :exc:`DescriptorsTruncated` is raised. Unix sockets only.
        """
        return await receive_fds(unix_stream(self._stream, "receive_fds"), msglen, maxfds)

    # -- the end --------------------------------------------------------------------------------

    async def aclose(self, *, linger: float | None = None) -> None:
        """Close the connection. Operations that wait get :exc:`anyio.ClosedResourceError`.

        Closing over unread input resets a TCP connection, which may destroy a reply on its way.
        With ``linger`` our side is ended first and what the peer still sends is discarded, for at
        most that many seconds or until the peer ends too. Cancelled, it closes first and then
        raises. Over TLS the peer has 10 seconds to answer the close.
        """
        if linger is not None and not self._here().closed:
            seconds = check_seconds("linger", linger)
            try:
                with anyio.move_on_after(seconds):
                    await self._stream.linger()
            finally:
                await self._stream.aclose()
        else:
            await self._stream.aclose()

    def reset(self) -> None:
        """Close at once so that a TCP peer sees a reset (RST) and unsent data is dropped.

        Unix sockets cannot reset; they are closed forcefully. So is TLS over one of our sockets,
        whose connection is reset; any other foreign stream is closed by the next :meth:`aclose`.
        """
        self._stream.abort()

    def detach(self) -> stdlib_socket.socket:
        """Give the operating system's socket away, non-blocking; this object is then closed.

        Raises :exc:`ValueError` for a foreign stream, which has no socket of its own, and where
        bytes were received for this object that have not been read yet.
        """
        stream = raw_stream(self._stream, "detach")
        if unread := len(stream.unread_bytes):
            raise ValueError(f"{unread} bytes that were received are still unread")
        sock: stdlib_socket.socket = stream.release().take()
        return sock

    def release(self) -> Released:
        """Give the connection away with all that belongs to it; this object is then closed.

        What comes back is for :meth:`adopt`: nothing that was received is lost, and counters and
        the sides that have ended go along. Operations that wait get
        :exc:`anyio.ClosedResourceError`; a message under way is cut, for the next owner too. Raises
        that error after the close, and :exc:`anyio.BusyResourceError` for a foreign stream in use.
        """
        return self._stream.release()

    def hand_over(self) -> StreamBase:
        """The same as :meth:`release`, as the stream of its next owner."""
        return adopt(self.release(), self._stream.host)

    async def wait_peer_closed(self) -> None:
        """Wait until the peer has ended its side or reset the connection, without reading.

        An end-of-stream counts as leaving even where the peer still reads. Needs Linux, and a
        stream over one of our sockets (:exc:`NotImplementedError` otherwise).
        """
        stream = self._here()
        if isinstance(stream, SocketStream):
            await wait_peer_left(stream, stream)
        elif isinstance(stream, WrappedStream) and isinstance(stream.base, SocketStream):
            await stream.interruptible(wait_peer_left(stream, stream.base))
        else:
            raise NotImplementedError("a stream that is not over our own socket cannot be watched")

    def when_closed(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` once when this side has closed the connection, from wherever."""
        self._here()
        self._connection.when_closed(callback)

    # -- events and settings --------------------------------------------------------------------

    def events(self) -> SocketEvents:
        """The events of the connection, as an async iterator; see :class:`SocketEvents`.

        There is one consumer; while it consumes, ``receive`` raises
        :exc:`anyio.BusyResourceError`.
        """
        self._here()
        return SocketEvents(self._connection, self)

    def set_idle_timeout(self, seconds: float | None, *, action: IdleAction = "close") -> None:
        """Set, replace or (with None) remove the idle timeout.

        After ``seconds`` without a byte in either direction the connection is closed and operations
        raise :exc:`IdleTimeout`, or, with ``action="notify"``, a ``Timeout`` event is emitted.
        """
        if seconds is not None:
            check_seconds("seconds", seconds, allow_zero=False)
        check_choice("action", action, ("close", "notify"))
        self._here()
        self._connection.set_idle_timeout(seconds, action)

    def set_no_delay(self, enable: bool = True) -> None:
        """Send small messages at once (the default), or gather them by Nagle's algorithm.

        This and the next ones work on TCP sockets and on TLS over them; elsewhere they raise
        :exc:`ValueError`, and after the close :exc:`anyio.ClosedResourceError`.
        """
        set_no_delay(tcp_socket(self._here(), "set_no_delay"), enable)

    def set_keep_alive(
        self,
        enable: bool,
        *,
        idle: float | None = None,
        interval: float | None = None,
        count: int | None = None,
    ) -> None:
        """Turn keep-alive on or off.

        ``idle`` seconds without traffic it probes the peer, every ``interval`` seconds; after
        ``count`` probes without an answer the connection breaks. None leaves a value as it is.
        """
        set_keep_alive(tcp_socket(self._here(), "set_keep_alive"), enable, idle, interval, count)

    @property
    def type_of_service(self) -> int:
        """The type of service (RFC 2474), in IPv6 the traffic class, of what is sent: 0 to 255."""
        return get_type_of_service(tcp_socket(self._stream, "type_of_service"))

    @type_of_service.setter
    def type_of_service(self, value: int) -> None:
        set_type_of_service(tcp_socket(self._here(), "type_of_service"), value)

    @property
    def state(self) -> ConnectionState:
        """Which directions are open."""
        return self._connection.state

    @property
    def closed(self) -> bool:
        """Whether this side has closed the connection."""
        return self._stream.closed

    @property
    def bytes_received(self) -> int:
        """How many bytes have been received."""
        return self._stream.state.bytes_received

    @property
    def bytes_sent(self) -> int:
        """How many bytes the kernel (or the foreign stream) has taken."""
        return self._stream.state.bytes_sent

    @property
    def local_address(self) -> Address | None:
        """The address of our end, by the PROXY header if there is one; None once closed."""
        return self._stream.local_address

    @property
    def remote_address(self) -> Address | None:
        """The same of the peer, also after the close; None for an unnamed Unix peer."""
        return self._stream.remote_address

    @property
    def proxy_header(self) -> ProxyHeader | None:
        """The PROXY header that the connection began with, through TLS too; None without one.

        The proxy's own address is ``socket.extra(ProxyAttribute.address)``.
        """
        return self._stream.extra(ProxyAttribute.header, None)

    @property
    def peer_credentials(self) -> PeerCredentials:
        """The process at the other end of a Unix socket, as the kernel noted it at connect."""
        return peer_credentials(unix_stream(self._stream, "peer_credentials").sock)

    def statistics(self) -> SocketStatistics:
        """A snapshot of the counters."""
        half_state = self._stream.state
        return SocketStatistics(
            state=self.state,
            bytes_received=half_state.bytes_received,
            bytes_sent=half_state.bytes_sent,
            send_waits=half_state.send_waits,
            age=self._stream.host.time() - self._connection.opened_at,
            expired=None if half_state.expired is None else half_state.expired[0].option,
        )

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """The typed attributes of the stream: :class:`anyio.abc.SocketAttribute` and others."""
        return self._stream.extra_attributes

    def __repr__(self) -> str:
        return f"<anynet.Socket {self.state.value} {self.local_address} - {self.remote_address}>"


def own_stream_below(stream: object) -> StreamBase | None:
    """The stream of our own that lies below TLS, if there is one."""
    while not isinstance(stream, Socket) and isinstance(stream, TLSStream):
        stream = stream.transport_stream
    if isinstance(stream, Socket):
        return stream._stream
    return stream if isinstance(stream, StreamBase) else None
