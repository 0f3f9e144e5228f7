"""Connecting on a reactor: one address at a time, a callback at the end.

The rules that live here: a socket is registered once connect() was called, for a fresh one reports
HUP; the connect has succeeded where SO_ERROR is 0 *and* getpeername() gives a peer, for a wakeup
without a reason leaves the first so as well; a descriptor is closed after the batch of events.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import Any, TypeAlias

from anynet._rules.values.addresses import SocketAddress
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.sockets.system_errors import os_error
from anynet._transport.streams.socket_stream import SocketStream

ConnectDone: TypeAlias = Callable[["OSError | None", "SocketStream | None"], object]
_Sockaddr: TypeAlias = Any

_FAMILIES = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}


class Connect:
    """An attempt to connect. It keeps the runtime open until its end, or until it is cancelled."""

    __slots__ = ("_done", "_reactor", "_sock")

    def __init__(self, reactor: Reactor, sock: socket.socket, done: ConnectDone) -> None:
        self._reactor = reactor
        self._sock: socket.socket | None = sock
        self._done = done
        reactor.open.add(self)
        reactor.hold(1)

    def start(self, sockaddr: _Sockaddr, *, only_refused_later: bool) -> None:
        """Begin; the error of a connect that fails at once comes later, in ``done``.

        With ``only_refused_later`` any other error than a refusal is raised.
        """
        assert self._sock is not None
        code = self._sock.connect_ex(sockaddr)
        if code in (0, errno.EINPROGRESS, errno.EINTR):
            # Only now: a socket that has not begun to connect reports HUP.
            self._reactor.register(self._sock.fileno(), self._on_ready)
        elif only_refused_later and code != errno.ECONNREFUSED:
            self.cancel()
            raise os_error(code)
        else:
            self._reactor.pend(self._fail, os_error(code))

    def cancel(self) -> None:
        """Give up; ``done`` is not called. Does nothing after the end."""
        sock = self._release()
        if sock is not None:
            self._reactor.defer(sock.close)

    def close_now(self) -> None:
        """Close without calling back: the runtime ends."""
        sock = self._release()
        if sock is not None:
            sock.close()

    def _release(self) -> socket.socket | None:
        sock, self._sock = self._sock, None
        if sock is not None:
            self._reactor.unregister(sock.fileno())
            self._reactor.open.discard(self)
            self._reactor.hold(-1)
        return sock

    def _on_ready(self, _events: int) -> None:
        assert self._sock is not None
        code = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._fail(os_error(code))
            return
        try:
            peername = self._sock.getpeername()
        except OSError as error:
            if error.errno == errno.ENOTCONN:
                return  # Woken without a reason: the connect goes on.
            self._fail(error)
            return
        sock = self._release()
        assert sock is not None
        self._reactor.call(
            self._done, None, SocketStream(sock, peername=peername, host=self._reactor.host)
        )

    def _fail(self, error: OSError) -> None:
        if self._sock is not None:
            self.cancel()
            self._reactor.call(self._done, error, None)


def connect_tcp(
    reactor: Reactor,
    address: SocketAddress,
    local: SocketAddress | None,
    prepare: Callable[[socket.socket], object] | None,
    done: ConnectDone,
) -> Connect:
    """Connect to ``address``, from ``local``; ``prepare`` may set options before the connect.

    Calls ``done`` with an error or with the stream. Raises :exc:`OSError` where the socket cannot
    be made or bound, or the connect fails at once but for a refusal.
    """
    sock = _new_socket(_FAMILIES[address.family])
    try:
        if local is not None:
            sock.bind(local.to_sockaddr())
        if prepare is not None:
            prepare(sock)
    except BaseException:
        sock.close()
        raise
    attempt = Connect(reactor, sock, done)
    attempt.start(address.to_sockaddr(), only_refused_later=True)
    return attempt


def connect_unix(reactor: Reactor, path: str, done: ConnectDone) -> Connect:
    """Connect to the Unix socket at ``path``; every failure of the connect comes in ``done``."""
    attempt = Connect(reactor, _new_socket(socket.AF_UNIX), done)
    attempt.start(os.fsencode(path), only_refused_later=False)
    return attempt


def _new_socket(family: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    return sock
