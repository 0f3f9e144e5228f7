"""Our end of a socket that has adopted a bound one: there before the connection is.

Rules that live here, each Node's:

* Until it connects, it has a handle over the bound socket: it is open and not pending, and whatever
  is sent or received fails with what the system says to an unconnected socket.
* The connect uses that very socket, for one attempt. An IP address is tried inside of ``connect()``
  and not in the next tick, also when the socket connects once more.
* The path of a bound socket shows as its address, and stays when the connection is gone.
"""

from __future__ import annotations

import socket
from typing import Any, Literal, TypeAlias

from anynet._transport.listening.listener import SocketAtPath
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._net.sockets.endpoints import local_of_socket
from anynet.node._net.sockets.handle_link import HandleLink
from anynet.node._net.values.bound_socket import BoundSocket

Adopted: TypeAlias = Literal["tcp", "pipe"]


class BoundEnd:
    """The end of one socket, from its adoption on."""

    __slots__ = ("_adopted", "_shown", "_sock")

    def __init__(self, bound: BoundSocket) -> None:
        self._sock: socket.socket | None = bound.consume().as_client()
        self._adopted: Adopted | None = "pipe" if bound.isPipe else "tcp"
        #: What stands for an address where there is only a path.
        self._shown: Any = {"address": bound.path} if bound.isPipe else None

    def handle(self, reactor: Reactor, link: HandleLink) -> SocketHandle:
        """A handle over the socket, which is not connected."""
        assert self._sock is not None
        return SocketHandle(reactor, SocketStream(self._sock, host=reactor.host), link)

    @property
    def adopted(self) -> Adopted | None:
        """What the next connect uses; None if it has been used already, or is gone."""
        return self._adopted

    def take(self, link: HandleLink) -> socket.socket | None:
        """The socket for a connect, taken from the handle over it; None if it was used before."""
        handle = link.handle
        if self._adopted is None or not isinstance(handle, SocketHandle):
            return None
        self._adopted = None
        link.handle = None
        return handle.take_socket()

    def shown(self, *, connecting: bool) -> Any:
        """What the socket shows as its own end because of this; None for what it has by itself."""
        if self._shown is None and connecting and self._sock is not None:
            return local_of_socket(self._sock)
        return self._shown

    def close(self) -> None:
        """The connection is gone: its path goes before its descriptor, which a batch may keep."""
        sock, self._sock = self._sock, None
        self._adopted = None
        if isinstance(sock, SocketAtPath):
            sock.remove_path()

    def forget(self) -> None:
        """The socket is to connect once more, from an end of its own."""
        self._shown = None
