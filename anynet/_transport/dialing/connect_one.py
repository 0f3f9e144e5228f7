"""Connecting to one address: a non-blocking socket, and waiting until it is connected.

The rules that live here:

- A connect in progress has succeeded where SO_ERROR is 0 *and* there is a peer: a wakeup without a
  reason leaves both without an error (getpeername() says ENOTCONN then).
- Options are set before the connect: the size of the buffers decides on the window scale.
- EAGAIN of a Unix socket is a full backlog, and nothing reports when there is room again.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import attrs

from anynet._rules.options import SocketOptions
from anynet._rules.values.addresses import Address, SocketAddress
from anynet._rules.values.block_list import BlockList
from anynet._rules.values.errors import AddressBlocked
from anynet._transport.loops.host_loop import HostLoop
from anynet._transport.sockets.closing import close_socket
from anynet._transport.sockets.options import apply_socket_options
from anynet._transport.sockets.system_errors import os_error

_FAMILIES = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
_ANY_ADDRESS = {"ipv4": "0.0.0.0", "ipv6": "::"}
#: Linux: bind() to an address alone leaves the choice of the port to connect(), which may then
#: use the same port for several peers. A number because not every Python has a name for it.
_IP_BIND_ADDRESS_NO_PORT = 24
#: EINTR: the connect goes on, just as with EINPROGRESS (POSIX, connect()).
_IN_PROGRESS = (errno.EINPROGRESS, errno.EINTR)
_FIRST_PAUSE = 0.001
_MAX_PAUSE = 0.05


@attrs.frozen(eq=False, repr=False)
class ConnectedSocket:
    """A connected, non-blocking socket, and its peer's address as the system gave it."""

    sock: socket.socket
    peername: Any

    def close(self) -> None:
        close_socket(self.sock)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Connector:
    """Connects to single addresses: from where, with which options, and which are blocked."""

    local_address: SocketAddress | None
    local_port: int | None
    socket_options: SocketOptions
    block_list: BlockList | None
    #: The loop that the sockets are to live in.
    host: HostLoop
    #: The socket to connect, one address after the other; it stays open when that fails.
    bound: socket.socket | None = None

    async def connect(self, address: Address) -> ConnectedSocket:
        """Connect to ``address``; the socket is close-on-exec.

        Raises :exc:`OSError` for a failure, and :exc:`AddressBlocked` before any system call.
        Cancellation closes the socket.
        """
        if isinstance(address, str):
            return await _connect_unix(address, self.bound, self.host)
        if self.block_list is not None and self.block_list.check(address):
            raise AddressBlocked(address)
        sock = self.bound or self.host.new_socket(_FAMILIES[address.family], socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            if self.local_address is not None or self.local_port:
                self._bind(sock, address)
            # Before the connect: the size of the buffers decides on the window scale (RFC 7323).
            apply_socket_options(sock, self.socket_options, tcp=True)
            code = sock.connect_ex(address.to_sockaddr())
            if code in _IN_PROGRESS:
                peername = await established(sock, self.host.wait_writable)
            elif code:
                raise os_error(code)
            else:
                peername = sock.getpeername()
            if sock.getsockname()[:2] == peername[:2]:
                # Where no socket listens at an ephemeral port, the system may have chosen that very
                # port for our end; a simultaneous open (RFC 9293, section 3.5) then connects the
                # socket to itself.
                raise os_error(errno.ECONNREFUSED)
            return ConnectedSocket(sock, peername)
        except BaseException:
            if sock is not self.bound:
                close_socket(sock)
            raise

    def _bind(self, sock: socket.socket, address: SocketAddress) -> None:
        local = self.local_address
        if local is None:
            assert self.local_port is not None
            local = SocketAddress(_ANY_ADDRESS[address.family], self.local_port)
        elif not local.port and sys.platform == "linux":
            sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
        sock.bind(local.to_sockaddr())


async def _connect_unix(path: str, bound: socket.socket | None, host: HostLoop) -> ConnectedSocket:
    """Connect to a path. Waits while the listener's backlog is full."""
    sock = bound or host.new_socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        pause = _FIRST_PAUSE
        while (code := sock.connect_ex(os.fsencode(path))) == errno.EAGAIN:
            await anyio.sleep(pause)
            pause = min(2 * pause, _MAX_PAUSE)
        if code in _IN_PROGRESS:
            return ConnectedSocket(sock, await established(sock, host.wait_writable))
        if code:
            raise os_error(code)
        return ConnectedSocket(sock, sock.getpeername())
    except BaseException:
        if sock is not bound:
            close_socket(sock)
        raise


async def established(
    sock: socket.socket,
    wait_writable: Callable[[socket.socket], Awaitable[None]] = anyio.wait_writable,
) -> Any:
    """Wait for the end of a connect in progress: it succeeded if there is no error and a peer."""
    try:
        return sock.getpeername()  # On the same machine it mostly is established by now.
    except OSError:
        pass  # Not yet, or it has failed: waiting tells.
    woken_in_vain = False
    while True:
        await wait_writable(sock)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise os_error(code)
        try:
            return sock.getpeername()
        except OSError as error:
            # Once may be a wakeup without a reason; a socket that stays so has lost its peer.
            if error.errno != errno.ENOTCONN or woken_in_vain:
                raise
            woken_in_vain = True
