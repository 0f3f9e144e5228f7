"""Accepting connections: admission, shortage of descriptors, counters."""

from __future__ import annotations

import errno
import math
import socket
from collections.abc import Callable
from typing import Any

import anyio

from anynet._rules.options import ServerOptions, SocketOptions
from anynet._rules.policy.admission import Admission, admit, may_accept
from anynet._rules.values.events import Drop
from anynet._transport.listening.accept_backoff import SHORTAGES, AcceptBackoff
from anynet._transport.listening.listener_set import ListenerSet
from anynet._transport.listening.open import FAILED_CONNECTION
from anynet._transport.listening.provider import Listening
from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet._transport.sockets.options import apply_socket_options
from anynet._transport.sockets.sockaddr import address_from_sockaddr
from anynet._transport.streams.socket_stream import SocketStream

#: How many connections to refuse before other tasks get a turn.
_MOST_REFUSED_AT_ONCE = 128


class Acceptor:
    """Accepts connections from a set of listeners, as the server's options say.

    ``open_connections`` says how many are open; :meth:`slot_freed` must be called when one has
    ended. Nothing is opened before :meth:`start`.
    """

    host: HostLoop
    listeners: ListenerSet

    def __init__(
        self,
        options: ServerOptions,
        socket_options: SocketOptions,
        open_connections: Callable[[], int],
        on_drop: Callable[[Drop], object],
    ) -> None:
        self.accepted = self.dropped = self.blocked = 0
        self._options = options
        self._socket_options = socket_options
        self._open_connections = open_connections
        self._on_drop = on_drop
        self._room = anyio.Event()
        self._accepting = False
        self.shortage = AcceptBackoff()

    def start(self) -> None:
        """Get ready to accept in the running event loop."""
        self.host = current_host_loop()
        self.listeners = ListenerSet([], host=self.host)
        self.shortage.start(self.host.time)

    def close(self) -> None:
        """Close the listeners; who waits gets :exc:`anyio.ClosedResourceError`."""
        self.listeners.close()
        self.shortage.close()
        self._room.set()

    def add(self, listener: Listening) -> None:
        """Accept from ``listener`` too; the caller still owns it when that fails.

        Raises what :meth:`ListenerSet.add` raises, and what :func:`apply_socket_options` raises for
        options that the system refuses: at the door, not when a client comes.
        """
        _check_options(listener, self._socket_options)
        self.listeners.add(listener)

    def slot_freed(self) -> None:
        """A connection has ended."""
        self._room.set()

    async def accept(self) -> SocketStream:
        """The next connection. Cancelling this loses none.

        Raises :exc:`anyio.ClosedResourceError` once closed, and :exc:`anyio.BusyResourceError` when
        another task accepts already.
        """
        if self._accepting:
            raise anyio.BusyResourceError("accepting from")
        self._accepting = True
        try:
            return await self._accept()
        finally:
            self._accepting = False

    async def _accept(self) -> SocketStream:
        await self.host.enter_operation()
        while not self.listeners.closed:
            if not self._has_room():
                await self._wait_for_room(math.inf)
                continue
            outcome = self._try_accept()
            if isinstance(outcome, SocketStream):
                return outcome
            if outcome:
                await self._wait_for_room(outcome)
            else:
                await self.listeners.wait()
        raise anyio.ClosedResourceError

    def _has_room(self) -> bool:
        options = self._options
        return may_accept(
            self._open_connections(), options.max_connections, options.max_connections_policy
        )

    async def _wait_for_room(self, seconds: float) -> None:
        """Wait until a connection has ended, or until ``seconds`` are over."""
        self._room = anyio.Event()
        with anyio.move_on_after(seconds):
            await self._room.wait()

    def _try_accept(self) -> SocketStream | float:
        """The next connection that is admitted, or for how many seconds nothing can be accepted.

        It is 0 when none waits, and when so many were refused that other tasks must get a turn.
        """
        for _ in range(_MOST_REFUSED_AT_ONCE):
            listener = self.listeners.next_ready()
            if listener is None:
                break
            try:
                sock, peername = listener.accept()
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno in SHORTAGES or error.errno in FAILED_CONNECTION:
                    return self.shortage.meet(listener, error)
                raise
            self.shortage.over()
            if self._admitted(sock, peername, listener) and self._set_up(sock, listener):
                self.accepted += 1
                return SocketStream(sock, peername=peername, host=self.host)
        return 0

    def _admitted(self, sock: socket.socket, peername: Any, listener: Listening) -> bool:
        options = self._options
        remote = address_from_sockaddr(peername) if options.block_list is not None else None
        admission = admit(
            remote=remote,
            open_connections=self._open_connections(),
            max_connections=options.max_connections,
            policy=options.max_connections_policy,
            block_list=options.block_list,
        )
        if admission is Admission.ACCEPT:
            return True
        if admission is Admission.BLOCK:
            self.blocked += 1
        else:
            self.dropped += 1
            self._on_drop(Drop(listener.address, address_from_sockaddr(peername) or ""))
        sock.close()
        return False

    def _set_up(self, sock: socket.socket, listener: Listening) -> bool:
        """Set the socket options; what fails now is for want of memory, or the peer is gone."""
        try:
            apply_socket_options(sock, self._socket_options)
        except OSError as error:
            if _has_peer(sock):
                self.shortage.refuse(listener, sock, error)
            else:
                sock.close()  # Some systems then refuse to set anything.
            return False
        return True


def _check_options(listener: Listening, options: SocketOptions) -> None:
    """Set the options on a socket like those that the listener will accept, and let it go."""
    like = listener.sock
    with socket.socket(like.family, socket.SOCK_STREAM, like.proto) as trial:
        try:
            apply_socket_options(trial, options)
        except OSError as error:
            if error.errno != errno.ENOTCONN:  # There are some for connected sockets only.
                raise


def _has_peer(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True
