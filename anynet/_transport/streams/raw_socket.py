"""A connected socket apart from receiving and sending: its descriptor, its end, its addresses."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any

from anynet._rules.proxy.header import ProxyHeader
from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed
from anynet._transport.loops.host_loop import HostLoop, Waiter, current_host_loop
from anynet._transport.sockets.sockaddr import address_from_sockaddr, peername_of, socket_attributes
from anynet._transport.streams.disconnect_watch import PeerWatch
from anynet._transport.streams.proxy_attributes import proxied_attributes
from anynet._transport.streams.stream_base import StreamBase

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class RawSocket(StreamBase):
    """Owns ``sock``, a connected and non-blocking stream socket; see :class:`SocketStream`."""

    __slots__ = (
        "fd",
        "peername",
        "proxy_header",
        "readable",
        "reader",
        "reader_patience",
        "sock",
        "watched",
        "writer",
        "writer_registered",
    )

    def __init__(
        self, sock: socket.socket, *, peername: Any = None, host: HostLoop | None = None
    ) -> None:
        super().__init__(host or current_host_loop())
        self.sock = sock
        self.fd = sock.fileno()
        #: The peer's address as accept() gave it, so that it outlives the connection.
        self.peername = peername
        #: What a proxy said about the connection: it names the real ends.
        self.proxy_header: ProxyHeader | None = None
        self.readable = True
        self.reader: Waiter | None = None
        self.writer: Waiter | None = None
        self.reader_patience = 0
        self.writer_registered = False
        self.watched = False  # By the PeerWatch.

    def adopt_state(self, other: StreamBase) -> None:
        super().adopt_state(other)
        if isinstance(other, RawSocket):
            self.proxy_header = other.proxy_header

    def shut_down_sending(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            # The peer has reset meanwhile: there is nobody left to tell.
            if error.errno != errno.ENOTCONN:
                raise
        self.eof_sent = True

    # -- the end --------------------------------------------------------------------------------

    def close(self) -> None:
        if self.closed:
            return
        if self.mid_message:
            self._reset_on_close()
        self._let_go()
        self.sock.close()
        self.tell_closed()

    def abort(self) -> None:
        if not self.closed:
            self._reset_on_close()
            self.close()

    def detach(self) -> socket.socket:
        """Give the socket away; who is parked gets the closed error."""
        if self.closed:
            raise self.closed_error()
        self.peername = self.peername or peername_of(self.sock)
        self._let_go()
        # Under a new object: tasks already woken must not read or send on it through the old one.
        detached = socket.socket(fileno=self.sock.detach())
        detached.setblocking(False)
        self.tell_closed()
        return detached

    def _let_go(self) -> None:
        self.mark_closed()
        if self.watched:
            PeerWatch.of(self.host).forget(self)
        self.host.forget(self)

    def _reset_on_close(self) -> None:
        # Only TCP can reset; a Unix socket ignores the option, and its peer may see a clean end.
        if self.sock.family != socket.AF_UNIX:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    async def linger(self) -> None:
        self.retire()
        self.host.forget(self)
        if self.mid_message:
            return
        try:
            self.shut_down_sending()
            while (data := self.try_receive()) != b"":
                if data is None:
                    await self.wait_readable()
                else:
                    await self.host.full_checkpoint()
        except (OSError, ConnectionBroken, ConnectionClosed):
            pass  # Nobody is left to linger for, or somebody has closed it meanwhile.

    async def aclose(self) -> None:
        self.close()
        await self.host.full_checkpoint()

    def broken_error(self, error: OSError) -> Exception:
        """What a failed system call means to the caller of the operation."""
        if self.closed:
            return self.closed_error()
        self.failed = True
        if error.errno != errno.EPIPE:  # That says only that our side has been ended.
            self.lost_by = self.lost_by or error.errno
        message = f"the connection is broken: {error.strerror or error}"
        return ConnectionBroken(self.origin, message, error.errno)

    # -- attributes -----------------------------------------------------------------------------

    @property
    def local_address(self) -> Address | None:
        if self.closed:
            return None
        header = self.proxy_header
        if header is not None and header.relayed:
            return header.destination
        return address_from_sockaddr(self.sock.getsockname())

    @property
    def remote_address(self) -> Address | None:
        header = self.proxy_header
        if header is not None and header.relayed:
            return header.source
        return self.peer_address

    @property
    def peer_address(self) -> Address | None:
        """The address of the peer of the socket itself, which may be a proxy."""
        if self.peername is None and not self.closed:
            self.peername = peername_of(self.sock)
        return address_from_sockaddr(self.peername)

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        attributes = socket_attributes(self.sock, self.peername, closed=self.closed)
        if self.proxy_header is None:
            return attributes
        return proxied_attributes(attributes, self.proxy_header, self.peer_address)
