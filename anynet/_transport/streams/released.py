"""A connection between two owners: what one gives away and the next takes up.

The rules that live here, beside those of :mod:`handing_over`:

- What the kernel knows (the options of TCP, which sides have ended, bytes that were not received)
  goes with the socket; what it does not know stands here.
- Timers do not go along: they are the event loop's.
- Where a message was cut, one that nobody adopts resets, so that the peer does not take the cut
  message for a whole one.
"""

from __future__ import annotations

import socket
from typing import Any

from anynet._rules.proxy.header import ProxyHeader
from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import ConnectionClosed
from anynet._transport.sockets.closing import close_socket
from anynet._transport.sockets.handing_over import HandingOver
from anynet._transport.sockets.sockaddr import address_from_sockaddr
from anynet._transport.streams.half_state import HalfState


class Released(HandingOver[Any]):
    """A connection that its socket has given away, for :meth:`Socket.adopt` in any thread.

    It belongs to no event loop: it may wait in a queue, and be adopted in another thread that runs
    another backend. The next owner receives first what was received and not used, and goes on with
    the counters, with the sides that have ended, and with the options of TCP. Time limits are not
    carried over. (A connection over TLS, or over any other stream, cannot leave its event loop; the
    next owner has to live there.)

    It is adopted once. One that is forgotten is closed with a :exc:`ResourceWarning`.
    """

    __slots__ = ("state", "unread")

    def __init__(self, held: Any, unread: bytes, state: HalfState | None) -> None:
        super().__init__(held)
        #: Bytes that have been received and not used: they come first for the next owner.
        self.unread: bytes = unread
        self.state: HalfState = HalfState() if state is None else state

    @property
    def remote_address(self) -> Address | None:
        """The address of the peer, if it is known."""
        return None

    def _gone(self) -> Exception:
        message = "the released connection was adopted before, or closed"
        return ConnectionClosed(self.state.origin, message)

    def __repr__(self) -> str:
        held = "closed" if self.closed else f"{len(self.unread)} bytes unread"
        return f"<anynet.Released {self.remote_address}, {held}>"


class ReleasedSocket(Released):
    """One over a socket of the system: connected, non-blocking, registered nowhere."""

    __slots__ = ("peername", "proxy_header")

    def __init__(
        self,
        *,
        sock: socket.socket,
        unread: bytes = b"",
        state: HalfState | None = None,
        peername: Any = None,
        proxy_header: ProxyHeader | None = None,
    ) -> None:
        super().__init__(sock, unread, state)
        #: The peer's address as accept() gave it.
        self.peername: Any = peername
        self.proxy_header: ProxyHeader | None = proxy_header

    @property
    def remote_address(self) -> Address | None:
        """The address of the peer of the socket itself; None for an unnamed Unix peer."""
        return address_from_sockaddr(self.peername)

    def _close(self, held: socket.socket) -> None:
        # In a forked child the option would be set on the parent's socket too.
        close_socket(held, reset=self.state.mid_message and self.in_own_process)
