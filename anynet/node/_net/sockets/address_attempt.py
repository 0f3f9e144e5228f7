"""One attempt to connect to one address: binding, announcing, connecting, and what its error says.

Rules that live here, each Node's:

* The order is bind, the event ``connectionAttempt``, connect. A listener to the event may destroy
  the socket; then nothing is connected.
* An error of the connect call itself says where our end is (`` - Local (ADDRESS:PORT)``); one that
  comes later says so only if a local port was asked for, and has it as attributes then.
* A bound socket of the other family is refused by the connect, with the system's error.
* A socket that is about to be connected makes the system refuse with EALREADY. Here each attempt
  has a socket of its own, so that refusal is said for the system.
* A socket that is connected is connected once more by the system call itself. Linux takes the first
  such call for the one that asks how a connect without waiting went, and answers with success,
  wherever it goes to; only the next is EISCONN.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, TypeAlias

from anynet._rules.values.addresses import packed
from anynet._transport.reactor.connect import Connect, new_socket
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.sockets.closing import close_socket
from anynet._transport.sockets.system_errors import os_error
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._errors.errors import system_error
from anynet.node._errors.numerals import to_int32
from anynet.node._net.options.connect_options import ConnectRequest
from anynet.node._net.sockets.endpoints import local_of_socket
from anynet.node._net.values.address_info import scope_number

Version: TypeAlias = Literal[4, 6]

#: What an error says about our end where there is none.
NO_LOCAL_END = "Local (undefined:undefined)"
_ANY_ADDRESS: dict[int, str] = {4: "0.0.0.0", 6: "::"}
_FAMILIES: dict[int, socket.AddressFamily] = {4: socket.AF_INET, 6: socket.AF_INET6}


class Candidate(NamedTuple):
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
        refused: tuple[int | None, socket.socket] | None = None,
    ) -> Exception | None:
        """Begin. Returns the error of what fails at once, unless the socket was destroyed.

        ``announce`` emits ``connectionAttempt``, and raises :exc:`AttemptStoppedError` if that is
        the end of it. ``refused`` is the error with which the system would refuse this socket, or
        None if the system is to say, and the socket that is in use already. If it takes that once
        more, ``done`` is called without error and stream.
        """
        try:
            self.sock = self._bound or new_socket(_FAMILIES[self.candidate.family])
            if self._is_bound:
                self._bind(self.sock if refused is None else refused[1])
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
            return self._connect_again(in_use) if number is None else self._refusal(number, in_use)
        return self._start_connecting(self.sock)

    def _connect_again(self, connected: socket.socket) -> Exception | None:
        candidate, number = self.candidate, errno.EISCONN
        if connected.family != socket.AF_UNIX:
            try:
                sockaddr = _sockaddr(candidate.address, self._request.port, candidate.family)
                number = connected.connect_ex(sockaddr)
            except OSError as error:
                number = error.errno or errno.EINVAL
        if number:
            return self._refusal(number, connected)
        self._reactor.call_soon(self._on_done, None, None)
        return None

    def _refusal(self, number: int, in_use: socket.socket) -> Exception:
        return self._error_at_once(os_error(number), local_details(in_use))

    def _start_connecting(self, sock: socket.socket) -> Exception | None:
        candidate = self.candidate
        if self._bound is not None and sock.family != _FAMILIES[candidate.family]:
            number = errno.EINVAL if candidate.family == 4 else errno.EAFNOSUPPORT
            failure = self._error_at_once(os_error(number), local_details(sock))
            self._close_socket()
            return failure
        try:
            sockaddr = _sockaddr(candidate.address, self._request.port, candidate.family)
        except OSError as error:
            # Node has no socket yet by then, unless it had to bind one.
            details = local_details(sock) if self._is_bound else NO_LOCAL_END
            failure = self._error_at_once(error, details)
            self._close_socket()
            return failure
        connect = Connect(self._reactor, sock, self._on_done)
        try:
            connect.start(sockaddr)
        except OSError as error:
            failure = self._error_at_once(error, local_details(sock))
            connect.cancel()
            self.sock = None
            return failure
        self.connect = connect
        return None

    def _local_host(self) -> str:
        return self._request.local_address or _ANY_ADDRESS[self.candidate.family]

    def _bind(self, sock: socket.socket) -> None:
        wanted = self._request.local_port
        port = to_int32(wanted) & 0xFFFF
        sock.bind(_sockaddr(self._local_host(), port, self.candidate.family))
        # As Node does to find a bind that the system reports later: so what is no port is in use.
        if wanted > 0 and wanted != sock.getsockname()[1]:
            raise os_error(errno.EADDRINUSE)

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
        request, candidate = self._request, self.candidate
        local = (self._local_host(), request.local_port) if request.local_port else None
        found = system_error(error, "connect", candidate.address, request.port or None, local=local)
        return candidate.address, request.port, candidate.family, found


def local_details(sock: socket.socket | None) -> str:
    """What an error says about our end, which is that of ``sock``."""
    end = None if sock is None else local_of_socket(sock)
    return NO_LOCAL_END if end is None else f"Local ({end['address']}:{end['port']})"


def _sockaddr(address: Any, port: int, family: Version) -> tuple[Any, ...]:
    """What connect() and bind() take. Raises :exc:`OSError` for an address of the other family.

    Never a name: that would block the loop while it is resolved.
    """
    if not isinstance(address, str) or (":" in address) != (family == 6):
        raise os_error(errno.EINVAL)
    if family == 4:
        return address, port
    text, _, zone = address.partition("%")
    if not zone:
        return address, port, 0, 0
    if packed(address) is None:
        raise os_error(errno.EINVAL)
    return text, port, 0, scope_number(zone)
