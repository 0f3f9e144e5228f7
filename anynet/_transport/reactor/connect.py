"""Connecting on a reactor: one socket to one address, a callback at the end.

Rules that live here:

* A socket is registered after ``connect()`` was called: before that epoll reports a hangup.
* Success is ``SO_ERROR`` 0 *and* a ``getpeername()`` that answers: epoll may wake without a reason.
* A socket that is connected stays registered, for the handle that takes it: that saves two system
  calls for each connection. Its owner has to pass ``registered=True``. Whether something to read
  came with the event of the connect, whose edge the handle has missed, the stream knows.
* A refusal that the kernel knows at once (loopback) is reported later, as libuv does; what else
  fails at once is raised.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from anynet._transport.reactor.poller import READ_EVENTS
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.sockets.closing import close_socket
from anynet._transport.sockets.system_errors import os_error
from anynet._transport.streams.socket_stream import SocketStream

ConnectDone: TypeAlias = Callable[["OSError | None", "SocketStream | None"], object]


#: Non-blocking from birth where the system can do that: one system call fewer.
_NON_BLOCKING = int(getattr(socket, "SOCK_NONBLOCK", 0))
_TYPE = socket.SOCK_STREAM | _NON_BLOCKING


def new_socket(family: int) -> socket.socket:
    """A stream socket that never blocks. Raises :exc:`OSError`."""
    sock = socket.socket(family, _TYPE)
    if not _NON_BLOCKING:
        try:
            sock.setblocking(False)
        except BaseException:
            close_socket(sock)
            raise
    return sock


class Connect:
    """A connect of ``sock``, which belongs to it; ``done`` gets an error or the stream.

    It keeps the runtime open until its end, or until it is cancelled.
    """

    __slots__ = ("_done", "_reactor", "_sock")

    def __init__(self, reactor: Reactor, sock: socket.socket, done: ConnectDone) -> None:
        self._reactor = reactor
        self._sock: socket.socket | None = sock
        self._done = done
        reactor.open_handles.add(self)
        reactor.add_ref()

    def start(self, sockaddr: Any, *, all_errors_later: bool = False) -> None:
        """Begin. Raises :exc:`OSError` for what fails at once, unless it is a refusal.

        It is to be cancelled then. With ``all_errors_later`` every error comes in ``done``.
        """
        assert self._sock is not None
        code = self._sock.connect_ex(sockaddr)
        try:
            if code not in (0, errno.EINPROGRESS, errno.EINTR):
                raise os_error(code)
            self._reactor.register_with_room(self._sock.fileno(), self._on_ready)
            self._reactor.connect_begun = True
        except OSError as error:
            if not all_errors_later and code != errno.ECONNREFUSED:
                raise
            self._reactor.call_soon(self._fail, error)

    def cancel(self) -> None:
        """Give up; ``done`` is not called. Does nothing after the end."""
        sock = self._release()
        if sock is not None:
            self._reactor.close_after_batch(partial(close_socket, sock))

    def close_now(self) -> None:
        """Close without calling back: the runtime ends."""
        sock = self._release()
        if sock is not None:
            close_socket(sock)

    def _release(self) -> socket.socket | None:
        sock, self._sock = self._sock, None
        if sock is not None:
            self._reactor.unregister(sock.fileno())
            self._reactor.open_handles.discard(self)
            self._reactor.release()
        return sock

    def _on_ready(self, events: int) -> None:
        if self._sock is None:
            return  # Done: what the handle that takes over misses, it asks for.
        code = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._fail(os_error(code))
            return
        try:
            peername = self._sock.getpeername()
        except OSError as error:
            if error.errno == errno.ENOTCONN:
                return  # Woken without a reason: it goes on.
            self._fail(error)
            return
        sock, self._sock = self._sock, None
        self._reactor.open_handles.discard(self)
        self._reactor.release()
        stream = SocketStream(sock, peername=peername, host=self._reactor.host)
        # What comes from now on has an event of its own.
        stream.readable = bool(events & READ_EVENTS)
        self._reactor.call(self._done, None, stream)

    def _fail(self, error: OSError) -> None:
        if self._sock is not None:
            self.cancel()
            self._reactor.call(self._done, error, None)
