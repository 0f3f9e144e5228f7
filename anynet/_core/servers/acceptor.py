"""Accepting connections for a server: its limits, its socket options, the errors of accept(2).

What is to be done about each connection, and about each error, is decided by
:mod:`anynet._rules.policy.accepting`, with what :class:`Admission` counts; this loop performs it on
the event loop that it runs in. A connection that nothing speaks against, and a listener at which
none waits, are all that most servers ever see: there nothing is asked, and no call is made that the
options do not need.
"""

from __future__ import annotations

import errno
import math
import socket
from collections.abc import Callable
from typing import Any, NoReturn

import anyio

from anynet._core.servers.admission import Admission
from anynet._rules.options import ServerOptions, SocketOptions
from anynet._rules.policy.accepting import (
    NO_CONNECTION,
    Backoff,
    Decision,
    decide,
)
from anynet._transport.listening.accept_backoff import AcceptBackoff
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.listener_set import ListenerSet
from anynet._transport.listening.released_listeners import ReleasedListeners, check_released
from anynet._transport.loops.host_loop import Event, HostLoop
from anynet._transport.sockets.closing import close_socket
from anynet._transport.sockets.options import apply_socket_options, fixed_settings
from anynet._transport.sockets.sockaddr import address_from_sockaddr
from anynet._transport.streams.socket_stream import SocketStream

#: How many connections to accept, or to refuse, before other tasks run.
_MAX_ACCEPTED_AT_ONCE = 8
_MAX_REFUSED_AT_ONCE = 128
#: Taken out of their class once: looking a member of an enum up costs the loop too much.
_WAIT_FOR_PEER = Decision.WAIT_FOR_PEER
_WAIT_FOR_SLOT = Decision.WAIT_FOR_SLOT


class Acceptor:
    """Accepts connections from a set of listeners, as the server's options say.

    ``admission`` says who is let in; :meth:`slot_freed` must be called when a connection has ended.
    Nothing is opened before :meth:`start`.
    """

    host: HostLoop
    listeners: ListenerSet

    def __init__(
        self,
        options: ServerOptions,
        socket_options: SocketOptions,
        admission: Admission,
    ) -> None:
        self.accepted = 0
        self.backoff = AcceptBackoff()
        self._limit = options.max_connections
        self._policy = options.max_connections_policy
        self._socket_options = socket_options
        #: By the listener, what to set on its connections, where that is the same for all.
        self._settings: dict[Listener, tuple[tuple[int, int, int], ...] | None] = {}
        self._admission = admission
        #: Set when a connection has ended, where the loop waits for that.
        self._slot: Event | None = None
        self._accepting = False
        self._released = False

    def start(self, host: HostLoop) -> None:
        """Get ready to accept in ``host``, the loop of the listeners to come."""
        self.host = host
        self.listeners = ListenerSet([], host=self.host)
        self.backoff.start(self.host.time)

    def close(self) -> None:
        """Close the listeners; the waiter gets :exc:`anyio.ClosedResourceError`."""
        self.listeners.close()
        self.backoff.close()
        self.slot_freed()

    def release(self) -> ReleasedListeners:
        """The same, but the listeners go on. Raises :exc:`ValueError` where they cannot."""
        check_released(self.listeners.listeners)
        released = ReleasedListeners(self.listeners.release())
        self._released = True
        self.close()
        return released

    def closed_error(self) -> anyio.ClosedResourceError:
        """The error of who still wants a connection."""
        if self._released:
            return anyio.ClosedResourceError("what the server listened with was released")
        return anyio.ClosedResourceError("the server has been closed")

    def add(self, listener: Listener) -> None:
        """Accept from ``listener`` too; the caller still owns it when that fails.

        Raises what :meth:`ListenerSet.add` raises, and what :func:`apply_socket_options` raises for
        options that the system refuses: now, not when a client comes.
        """
        _check_options(listener, self._socket_options, self.host)
        settings = fixed_settings(self._socket_options, listener.sock.family)
        self.listeners.add(listener)
        self._settings[listener] = settings

    def slot_freed(self) -> None:
        """A connection has ended."""
        if self._slot is not None:
            self._slot.set()

    async def accept(self) -> SocketStream:
        """The next connection. Cancelling this loses none.

        Raises :exc:`anyio.ClosedResourceError` once closed, and :exc:`anyio.BusyResourceError` when
        another task accepts already.
        """
        self._begin()
        try:
            await self.host.enter_operation()
            while not isinstance(outcome := self._try_accept(), SocketStream):
                await self._wait(outcome)
            return outcome
        finally:
            self._accepting = False

    async def accept_all(self, on_connection: Callable[[SocketStream], object]) -> NoReturn:
        """Call ``on_connection`` with each connection; raises what :meth:`accept` does.

        Several that wait are accepted in a row, and then other tasks run.
        """
        self._begin()
        try:
            await self.host.enter_operation()
            while True:
                for _ in range(_MAX_ACCEPTED_AT_ONCE):
                    outcome = self._try_accept()
                    if not isinstance(outcome, SocketStream):
                        await self._wait(outcome)
                        break
                    on_connection(outcome)
                else:
                    await self.host.full_checkpoint()
        finally:
            self._accepting = False

    def _begin(self) -> None:
        if self._accepting:
            raise anyio.BusyResourceError("accepting from")
        self._accepting = True

    async def _wait(self, outcome: Decision | Backoff) -> None:
        """Wait for what keeps the next connection from being accepted."""
        if outcome is _WAIT_FOR_PEER:
            # Not by the set's own wait(), which would be one coroutine more for each wake-up.
            try:
                await self.host.park_read(self.listeners)
            except self.host.woken_by_close:
                pass  # It was closed, or waits on another descriptor for one listener more.
            except OSError as error:  # The system watches no more descriptors now.
                pause = self.backoff.hold_off(self.listeners.listeners[0], error)
                await self._wait_for_slot(pause.seconds)
        else:
            await self._wait_for_slot(outcome.seconds if isinstance(outcome, Backoff) else math.inf)

    async def _wait_for_slot(self, seconds: float) -> None:
        """Wait until a connection has ended, or until ``seconds`` are over."""
        self._slot = self.host.new_event()
        try:
            with anyio.move_on_after(seconds):
                await self._slot.wait()
        finally:
            self._slot = None

    def _try_accept(self) -> SocketStream | Decision | Backoff:
        """The next connection that is admitted, or what to wait for.

        After so many that were refused it waits for a peer who is there: other tasks run meanwhile.
        Raises :exc:`anyio.ClosedResourceError` once closed.
        """
        if self.listeners.closed:
            raise self.closed_error()
        full = False
        for _ in range(_MAX_REFUSED_AT_ONCE):
            if self._limit is not None:
                full = self._admission.is_full
                if decide(NO_CONNECTION, full=full, policy=self._policy) is _WAIT_FOR_SLOT:
                    return _WAIT_FOR_SLOT
            listener = self.listeners.only or self.listeners.next_ready()
            if listener is None:
                return _WAIT_FOR_PEER
            try:
                sock, peername = listener.accept()
            except BlockingIOError:
                return _WAIT_FOR_PEER
            except OSError as error:
                decision = self.backoff.on_error(listener, error)
                if decision is Decision.PASSED_OVER:
                    continue
                if decision is Decision.BROKEN:
                    raise
                return decision
            if self.backoff.active:
                self.backoff.reset()
            if (full or self._admission.asks) and not self._admit(sock, peername, listener, full):
                continue
            if self._set_up(sock, listener):
                self.accepted += 1
                return SocketStream(sock, peername=peername, host=self.host)
        return _WAIT_FOR_PEER

    def _admit(self, sock: socket.socket, peername: Any, listener: Listener, full: bool) -> bool:
        remote, now = address_from_sockaddr(peername), self.host.time()
        if self._admission.admits(listener.address, remote, now, full=full):
            return True
        close_socket(sock)
        return False

    def _set_up(self, sock: socket.socket, listener: Listener) -> bool:
        """Set the socket options; what fails now is for lack of memory, or the peer is gone."""
        settings = self._settings[listener]
        try:
            sock.setblocking(False)
            if settings is None:
                apply_socket_options(sock, self._socket_options)
            else:
                for level, name, value in settings:
                    sock.setsockopt(level, name, value)
        except OSError as error:
            if _has_peer(sock):
                self.backoff.reject(listener, sock, error)
            else:
                close_socket(sock)  # Some systems then refuse to set anything.
            return False
        return True


def _check_options(listener: Listener, options: SocketOptions, host: HostLoop) -> None:
    """Set the options on a socket like those that the listener will accept, and drop it."""
    like = listener.sock
    with host.new_socket(like.family, socket.SOCK_STREAM, like.proto) as trial:
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
