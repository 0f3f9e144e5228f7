"""One attempt to connect to one address: binding, announcing, connecting, and what its error says.

Rules that live here, each Node's:

* The order is bind, the event ``connectionAttempt``, connect. A listener to the event may destroy
  the socket; then nothing is connected.
* An error of the connect call itself says where our end is (`` - Local (ADDRESS:PORT)``); one that
  comes later says so only if a local port was asked for.
* A bound socket of the other family is refused by the connect, with the system's error.
* A socket that is connected, or about to be, makes the system refuse with EISCONN or EALREADY. Here
  each attempt has a socket of its own, so that refusal is said for the system.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import attrs

from anynet._rules.values.value import Value
from anynet._transport.reactor.connect import Connect, new_socket
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.sockets.closing import close_socket
from anynet._transport.sockets.resolving import literal
from anynet._transport.sockets.system_errors import os_error
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._errors.errors import system_error
from anynet.node._net.options.connect_options import ConnectRequest
from anynet.node._net.sockets.endpoints import local_of_socket

Version: TypeAlias = Literal[4, 6]

#: What an error says about our end where there is none.
NO_LOCAL_END = "Local (undefined:undefined)"
_ANY_ADDRESS: dict[int, str] = {4: "0.0.0.0", 6: "::"}
_FAMILIES: dict[int, socket.AddressFamily] = {4: socket.AF_INET, 6: socket.AF_INET6}


@attrs.frozen(eq=False, repr=False)
class Candidate(Value):
    """An address to try."""

    address: str
    #: Of the internet protocol.
    family: Version


class AttemptStoppedError(Exception):
    """The attempt is not to go on; ``error`` says why, unless the socket was destroyed."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error


class AddressAttempt:
    """Connects to ``candidate``, and calls ``done(attempt, error, stream)`` in the end."""

    __slots__ = (
        "_bound",
        "_done",
        "_is_bound",
        "_reactor",
        "_request",
        "candidate",
        "connect",
        "sock",
    )

    def __init__(
        self,
        reactor: Reactor,
        request: ConnectRequest,
        candidate: Candidate,
        done: Callable[[AddressAttempt, OSError | None, SocketStream | None], object],
        bound: socket.socket | None = None,
    ) -> None:
        self._reactor = reactor
        self._request = request
        self._done = done
        #: What connects in the place of a socket of its own.
        self._bound = bound
        self._is_bound = request.local_address is not None or request.local_port != 0
        #: Under way, until ``done`` is called.
        self.connect: Connect | None = None
        self.candidate: Candidate = candidate
        #: The system's socket, from the event ``connectionAttempt`` on to the end of the attempt.
        self.sock: socket.socket | None = None

    def start(
        self,
        announce: Callable[[Candidate], object],
        refused: tuple[int, socket.socket] | None = None,
    ) -> Exception | None:
        """Begin. Returns the error of what fails at once, unless the socket was destroyed.

        ``announce`` emits ``connectionAttempt``, and raises :exc:`AttemptStoppedError` if that is
        the end of it. ``refused`` is the error with which the system would refuse this socket, and
        the socket that is in use already.
        """
        try:
            self.sock = self._bound or new_socket(_FAMILIES[self.candidate.family])
            if self._is_bound:
                self._bind(self.sock)
        except OSError as error:
            self._close_socket()
            if not self._is_bound:
                return self._error_at_once(error, NO_LOCAL_END)
            port = self._request.local_port or None
            return system_error(error, "bind", self._local_host(), port)
        try:
            announce(self.candidate)
        except AttemptStoppedError as stopped:
            self._close_socket()
            return stopped.error
        except BaseException:
            self._close_socket()
            raise
        if refused is not None:
            number, in_use = refused
            self._close_socket()
            return self._error_at_once(os_error(number), _local_details(in_use))
        return self._start_connecting(self.sock)

    def _start_connecting(self, sock: socket.socket) -> Exception | None:
        candidate = self.candidate
        if sock.family != _FAMILIES[candidate.family]:
            number = errno.EINVAL if candidate.family == 4 else errno.EAFNOSUPPORT
            failure = self._error_at_once(os_error(number), _local_details(sock))
            self._close_socket()
            return failure
        try:
            sockaddr = _sockaddr(candidate.address, self._request.port, candidate.family)
        except OSError as error:
            # Node has no socket yet by then, unless it had to bind one.
            details = _local_details(sock) if self._is_bound else NO_LOCAL_END
            failure = self._error_at_once(error, details)
            self._close_socket()
            return failure
        connect = Connect(self._reactor, sock, self._on_done)
        try:
            connect.start(sockaddr)
        except OSError as error:
            failure = self._error_at_once(error, _local_details(sock))
            connect.cancel()
            self.sock = None
            return failure
        self.connect = connect
        return None

    def _local_host(self) -> str:
        return self._request.local_address or _ANY_ADDRESS[self.candidate.family]

    def _bind(self, sock: socket.socket) -> None:
        sock.bind(_sockaddr(self._local_host(), self._request.local_port, self.candidate.family))

    def _close_socket(self) -> None:
        sock, self.sock = self.sock, None
        if sock is not None:
            close_socket(sock)

    def _error_at_once(self, error: OSError, details: str) -> Exception:
        port = self._request.port or None
        return system_error(error, "connect", self.candidate.address, port, details)

    def cancel(self) -> None:
        """Give up; ``done`` is not called. Does nothing after the end."""
        connect, self.connect = self.connect, None
        if connect is not None:
            self.sock = None
            connect.cancel()

    def _on_done(self, error: OSError | None, stream: SocketStream | None) -> None:
        self.connect = None
        self._done(self, error, stream)

    def failure(self, error: OSError) -> tuple[Any, ...]:
        """The arguments of ``connectionAttemptFailed`` for an error that came later."""
        request, candidate, details = self._request, self.candidate, None
        if request.local_port:
            details = f"Local ({self._local_host()}:{request.local_port})"
        found = system_error(error, "connect", candidate.address, request.port or None, details)
        return candidate.address, request.port, candidate.family, found


def _local_details(sock: socket.socket) -> str:
    end = local_of_socket(sock)
    return NO_LOCAL_END if end is None else f"Local ({end['address']}:{end['port']})"


def _sockaddr(address: Any, port: int, family: Version) -> tuple[Any, ...]:
    """What connect() and bind() take. Raises :exc:`OSError` for an address of the other family.

    Never a name: that would block the loop while it is resolved.
    """
    if not isinstance(address, str) or (":" in address) != (family == 6):
        raise os_error(errno.EINVAL)
    if family == 4:
        return address, port
    if "%" not in address:
        return address, port, 0, 0
    try:
        found = literal("host", address, port)
    except ValueError:
        found = None
    if found is None:
        raise os_error(errno.EINVAL)
    return found.to_sockaddr()
