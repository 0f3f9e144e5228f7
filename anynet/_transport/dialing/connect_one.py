"""One attempt to connect: a non-blocking socket, and waiting until it is connected."""

from __future__ import annotations

import errno
import os
import socket
import sys
from typing import Any, TypeAlias

import anyio
import attrs

from anynet._rules.options import SocketOptions
from anynet._rules.values.addresses import Address, SocketAddress
from anynet._rules.values.block_list import BlockList
from anynet._rules.values.errors import AddressBlocked
from anynet._transport.sockets.options import apply_socket_options

_Sockaddr: TypeAlias = tuple[str, int] | tuple[str, int, int, int] | bytes

_FAMILIES = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
_ANY_ADDRESS = {"ipv4": "0.0.0.0", "ipv6": "::"}
#: Linux: bind() to an address alone leaves the choice of the port to connect(), which may then
#: use the same port for several peers. A number because not every Python has a name for it.
_IP_BIND_ADDRESS_NO_PORT = 24
#: EINTR: the connect goes on, just as with EINPROGRESS (POSIX, connect()).
_IN_PROGRESS = (errno.EINPROGRESS, errno.EINTR)
_FIRST_PAUSE = 0.001
_LONGEST_PAUSE = 0.05


@attrs.frozen(eq=False, repr=False)
class ConnectedSocket:
    """A connected, non-blocking socket, and its peer's address as the system gave it."""

    sock: socket.socket
    peername: Any

    def close(self) -> None:
        self.sock.close()


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Connector:
    """Connects to single addresses: from where, with which options, and not to whom."""

    local_address: SocketAddress | None
    local_port: int | None
    socket_options: SocketOptions
    block_list: BlockList | None

    async def connect(self, address: Address) -> ConnectedSocket:
        """Connect to ``address``; the socket is close-on-exec.

        Raises :exc:`OSError` for a failure, and :exc:`AddressBlocked` before any system call.
        Cancellation closes the socket.
        """
        if isinstance(address, str):
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        elif self.block_list is not None and self.block_list.check(address):
            raise AddressBlocked(address)
        else:
            sock = socket.socket(_FAMILIES[address.family], socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            if isinstance(address, str):
                return ConnectedSocket(sock, await _connect_unix(sock, address))
            self._bind(sock, address)
            # Before the connect: the size of the buffers decides on the window scale (RFC 7323).
            apply_socket_options(sock, self.socket_options)
            return ConnectedSocket(sock, await _connect_tcp(sock, address))
        except BaseException:
            sock.close()
            raise

    def _bind(self, sock: socket.socket, address: SocketAddress) -> None:
        local = self.local_address
        if local is None:
            if not self.local_port:
                return
            local = SocketAddress(_ANY_ADDRESS[address.family], self.local_port)
        elif not local.port and sys.platform == "linux":
            sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
        sock.bind(local.to_sockaddr())


async def _connect_tcp(sock: socket.socket, address: SocketAddress) -> Any:
    """Connect, and return the peer's address."""
    peername = await _connect(sock, address.to_sockaddr())
    if sock.getsockname()[:2] == peername[:2]:
        # Where nobody listens at an ephemeral port, the system may have chosen that very port for
        # our end; a simultaneous open (RFC 9293, section 3.5) then connects the socket to itself.
        raise OSError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
    return peername


async def _connect_unix(sock: socket.socket, path: str) -> Any:
    """Connect, and return the peer's path. Waits while the listener's backlog is full."""
    pause = _FIRST_PAUSE
    while True:
        try:
            return await _connect(sock, os.fsencode(path))
        except BlockingIOError:
            # The system does not tell when there is room again.
            await anyio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


async def _connect(sock: socket.socket, sockaddr: _Sockaddr) -> Any:
    code = sock.connect_ex(sockaddr)
    if code in _IN_PROGRESS:
        return await established(sock)
    if code:
        raise OSError(code, os.strerror(code))
    return sock.getpeername()


async def established(sock: socket.socket) -> Any:
    """Wait for the end of a connect in progress: it succeeded if there is no error and a peer."""
    woken_in_vain = False
    while True:
        await anyio.wait_writable(sock)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        try:
            return sock.getpeername()
        except OSError as error:
            # Once may be a wakeup without a reason; a socket that stays so has lost its peer.
            if error.errno != errno.ENOTCONN or woken_in_vain:
                raise
            woken_in_vain = True
