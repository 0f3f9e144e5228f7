"""The connection of a socket: none yet, being made, made, or gone.

It has a link to the handle, the connect that is under way, the ends as far as they are known, and
what is wanted of TCP. Rules that live here, each Node's:

* What was wanted of TCP before there is a connection is set as soon as there is one.
* Without a connection reads, and the end of our side, wait for ``connect``.
* A connection that is given up while it is made closes in the close phase of the turn, after the
  ``connectionAttemptFailed`` that it owes; a socket that never connected closes in the next tick.
"""

from __future__ import annotations

import socket as system
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, NoReturn, Protocol, TypeVar, overload

from anynet._transport.reactor.handle import Handle
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._errors.errors import invalid_handle_type, socket_closed
from anynet.node._net.options.connect_options import ConnectRequest
from anynet.node._net.options.socket_options import SocketSettings
from anynet.node._net.options.tcp_options import TcpOptions
from anynet.node._net.sockets.bound_end import Adopted, BoundEnd
from anynet.node._net.sockets.connect_owner import ConnectingSocket
from anynet.node._net.sockets.connect_sequence import ConnectSequence
from anynet.node._net.sockets.endpoints import Endpoints
from anynet.node._net.sockets.handle_link import HandleLink, LinkedSocket
from anynet.node._net.sockets.handles import (
    connected_socket,
    handle_of_descriptor,
    handle_of_option,
    system_socket,
)
from anynet.node._net.values.address_info import AddressInfo
from anynet.node._net.values.block_list import BlockList
from anynet.node._net.values.bound_socket import BoundSocket
from anynet.node._streams.duplex import Duplex

T = TypeVar("T")


class EndPart(Generic[T]):
    """A property of sockets: one part of one end of the connection; None where there is none."""

    __slots__ = ("_end", "_name")

    def __init__(self, end: Callable[[SocketConnection], AddressInfo | None], name: str) -> None:
        self._end = end
        self._name = name

    @overload
    def __get__(self, socket: None, owner: type) -> EndPart[T]: ...

    @overload
    def __get__(self, socket: HasConnection, owner: type | None = None) -> T | None: ...

    def __get__(
        self, socket: HasConnection | None, owner: type | None = None
    ) -> T | EndPart[T] | None:
        if socket is None:
            return self  # Of the class: the property itself, as with any other.
        found: Any = self._end(socket._connection)
        return None if found is None else found.get(self._name)

    def __set__(self, socket: HasConnection, value: object) -> NoReturn:
        raise AttributeError("the ends of a connection cannot be set")


class HasConnection(Protocol):
    """A socket, as far as its ends are concerned."""

    _connection: SocketConnection


def connection_of(socket: HasConnection) -> SocketConnection:
    """For implementers: what carries a socket."""
    return socket._connection


class ConnectedSocket(LinkedSocket, ConnectingSocket, Protocol):
    """The socket, as far as its connection needs it."""

    def isPaused(self) -> bool: ...


class SocketConnection:
    """The one connection that a socket has at a time; see the module."""

    __slots__ = ("_bound", "_endpoints", "_sequence", "connecting", "link", "tcp", "wrap")

    def __init__(self, socket: ConnectedSocket, tcp: TcpOptions | None = None) -> None:
        self.link: HandleLink = HandleLink(socket)
        #: What is wanted of TCP; None for nothing so far.
        self.tcp: TcpOptions | None = tcp
        self.connecting: bool = False
        #: Puts a handle over that of each new connection: one that encrypts.
        self.wrap: Callable[[Handle], Handle] | None = None
        #: The connect under way; it may have failed its checks, so `connecting` is what counts.
        self._sequence: ConnectSequence | None = None
        self._endpoints: Endpoints | None = None
        #: Our end, if a bound socket was adopted.
        self._bound: BoundEnd | None = None

    # -- being made -----------------------------------------------------------------------------

    def reset_for_reuse(self, socket: ConnectedSocket) -> None:
        """The socket was destroyed, and is to connect again."""
        self.link = HandleLink(socket, self.link.read_into, refed=self.link.refed)
        self._endpoints = None
        if self._bound is not None:
            self._bound.forget()

    def note_begin(self, tcp: TcpOptions | None) -> None:
        """A connect begins; its options are still to be checked."""
        self.connecting = True
        self.tcp = tcp
        if self.link.idle is not None:
            self.link.idle.touch()

    def connect(
        self, socket: ConnectedSocket, request: ConnectRequest, block_list: BlockList | None
    ) -> None:
        """Look up, and try the addresses."""
        bound = None if self._bound is None else self._bound.take(self.link)
        handle = self.link.handle
        connected = None if handle is None else connected_socket(handle)
        self._sequence = ConnectSequence(
            socket, self, request, block_list, self._sequence, connected, bound
        )
        self._sequence.start(at_once=self._bound is not None)

    def note_failure(self) -> None:
        """The connect has failed, and is about to report that."""
        self.connecting = False

    def established(self, socket: ConnectedSocket, stream: SocketStream) -> None:
        """The connect has succeeded."""
        self._sequence = None
        self.connecting = False
        if self._endpoints is not None:
            self._endpoints.forget_local()
        # Connect has registered the descriptor, and leaves it registered.
        reactor = socket.runtime.reactor
        handle: Handle = SocketHandle(reactor, stream, self.link, registered=True)
        self.attach_handle(handle if self.wrap is None else self.wrap(handle))
        self._announce(socket)

    def established_again(self, socket: ConnectedSocket) -> None:
        """The system has taken the connect of a socket that is connected for a success."""
        self._sequence = None
        self.connecting = False
        self._announce(socket)

    def _announce(self, socket: ConnectedSocket) -> None:
        if self.link.idle is not None:
            self.link.idle.touch()
        socket.emit("connect")
        socket.emit("ready")
        if not socket.isPaused():
            socket.read(0)

    def take_handle(self, reactor: Reactor, settings: SocketSettings) -> bool:
        """Work with what the options ``handle`` or ``fd`` bring; whether it is connected."""
        if isinstance(settings.handle, BoundSocket):
            self._bound = BoundEnd(settings.handle)
            self.attach_handle(self._bound.handle(reactor, self.link))
            return False
        if settings.handle is not None:
            self.attach_handle(handle_of_option(reactor, settings.handle, self.link))
        elif settings.fd is not None:
            self.attach_handle(handle_of_descriptor(reactor, settings.fd, self.link))
        return self.link.handle is not None

    @property
    def adopted(self) -> Adopted | None:
        """The kind of the bound socket that the next connect uses; None for a new socket."""
        return None if self._bound is None else self._bound.adopted

    # -- made -----------------------------------------------------------------------------------

    def attach_handle(self, handle: Handle) -> None:
        """Work with a connected handle from now on."""
        self.link.attach_handle(handle)
        if self.tcp is not None:
            sock = system_socket(handle)
            if sock is not None:
                self.tcp.apply(sock)

    def wanted_tcp(self) -> TcpOptions:
        """What is wanted of TCP, to be changed."""
        if self.tcp is None:
            self.tcp = TcpOptions()
        return self.tcp

    @property
    def tcp_socket(self) -> system.socket | None:
        """The system's socket, if it is one of TCP."""
        return system_socket(self.link.handle)

    @property
    def pending(self) -> bool:
        """Whether it is not made yet, or not there any more."""
        return self.link.handle is None or self.connecting

    def read(self, socket: ConnectedSocket) -> None:
        """Push what comes, from the connect on."""
        if self.connecting or self.link.handle is None:
            socket.once("connect", lambda: self.read(socket))
        else:
            self.link.start_reading()

    def shut_down(self, socket: ConnectedSocket, callback: Callable[[None], object]) -> None:
        """End our side once it is made and everything is sent, then call back."""
        if self.connecting:
            socket.once("connect", partial(self.shut_down, socket, callback))
        elif self.link.handle is None:
            callback(None)
        else:
            self.link.shut_down(callback)

    def local_end(self) -> AddressInfo | None:
        """Where our end is."""
        handle = self.link.handle
        if self._bound is not None:
            shown: AddressInfo | None = self._bound.shown(connecting=self.connecting)
            if shown is not None:
                return shown
        if handle is None and self._sequence is not None:
            return self._ends().local_while_connecting(self._sequence.sock)
        return self._ends().local(handle)

    def remote_end(self) -> AddressInfo | None:
        """Where the peer's end is; it is remembered."""
        return self._ends().remote(None if self.connecting else self.link.handle)

    def _ends(self) -> Endpoints:
        if self._endpoints is None:
            self._endpoints = Endpoints()
        return self._endpoints

    # -- gone -----------------------------------------------------------------------------------

    def reset(self, socket: ConnectedSocket) -> None:
        """Destroy the socket so that the peer sees a reset, if need be once it is connected.

        Raises ``ERR_INVALID_HANDLE_TYPE`` unless it is one of TCP.
        """
        sequence = self._sequence
        if self.connecting:
            if sequence is not None and sequence.request.path is not None:
                raise invalid_handle_type()
            socket.once("connect", partial(self._reset, socket))
        elif self.link.handle is None:
            socket.destroy(socket_closed())
        elif self.tcp_socket is None or not isinstance(self.link.handle, SocketHandle):
            raise invalid_handle_type()
        else:
            self._reset(socket)

    def _reset(self, socket: ConnectedSocket) -> None:
        self.link.reset_at_close()
        socket.destroy()

    def destroy(
        self,
        socket: ConnectedSocket,
        error: BaseException | None,
        callback: Callable[[BaseException | None], object],
    ) -> None:
        """Close whatever there is, and call back; ``close`` is emitted later."""
        link, sequence = self.link, self._sequence
        if self._bound is not None:
            self._bound.close()
        had_error = error is not None
        was_connecting = self.connecting or sequence is not None
        self._sequence = None
        self.connecting = False
        if self._endpoints is not None:
            self._endpoints.forget_local()
        if link.close(had_error=had_error):
            callback(error)
        elif was_connecting:
            owed = None if sequence is None else sequence.abandon()
            socket.runtime.reactor.on_close(_emit_abandoned, socket, link, owed, had_error)
            callback(error)
        else:
            callback(error)
            socket.runtime.next_tick(link.emit_close)
        link.leave_counter()


def ended_by_peer(stream: Duplex) -> bool:
    """Whether our side was ended after the peer's, and the program has heard of that."""
    state = stream.readable_state
    return stream.writable_state.end_called and state.end_emitted and state.readable


def _emit_abandoned(
    socket: ConnectedSocket, link: HandleLink, owed: tuple[Any, ...] | None, had_error: bool
) -> None:
    if owed is not None:
        socket.emit("connectionAttemptFailed", *owed)
    link.emit_close(had_error)
