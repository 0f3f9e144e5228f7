"""One attempt to connect a socket: binding, announcing, dialling, and how its failure is told."""

from __future__ import annotations

import errno
import socket
from functools import partial
from typing import Any, Literal, Protocol, TypeAlias

import attrs

from anynet._rules.values.addresses import SocketAddress
from anynet._rules.values.value import Value
from anynet._transport.reactor.connect import Connect, connect_tcp
from anynet._transport.sockets.resolving import literal
from anynet._transport.sockets.system_errors import os_error
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._errors.errors import ip_blocked, system_error
from anynet.node._loop.runtime import Runtime
from anynet.node._net.options.connect_options import ConnectRequest
from anynet.node._net.sockets.handles import own_end_of_socket
from anynet.node._net.values.block_list import BlockList

Version: TypeAlias = Literal[4, 6]

#: What an error says about our end where there is none.
NO_LOCAL_END = "Local (undefined:undefined)"
_ANY_ADDRESS: dict[int, str] = {4: "0.0.0.0", 6: "::"}


class Connectable(Protocol):
    """The socket, as far as connecting needs it."""

    connecting: bool
    autoSelectFamilyAttemptedAddresses: list[str] | None

    def emit(self, name: str, /, *args: Any) -> bool: ...

    def destroy(self, error: BaseException | None = None, /) -> object: ...

    def _touch(self) -> None: ...

    def _established(self, stream: SocketStream) -> None: ...


@attrs.frozen(eq=False, repr=False)
class Candidate(Value):
    """An address to try."""

    address: str
    version: Version


class _StoppedError(Exception):
    """The attempt is not to go on; ``error`` says why, unless the socket was destroyed."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error


class Attempting:
    """Connects a socket to one address at a time.

    ``connected`` is the system's TCP socket of an owner that is connected already, and ``previous``
    is the connect that is under way on the same owner: the system refuses to connect it again.
    """

    __slots__ = (
        "_block_list",
        "_connected",
        "_dial",
        "_local_end",
        "_many",
        "_over",
        "_previous",
        "_runtime",
        "_socket",
        "request",
        "sock",
    )

    def __init__(
        self,
        owner: Connectable,
        runtime: Runtime,
        request: ConnectRequest,
        block_list: BlockList | None,
        previous: Attempting | None,
        connected: socket.socket | None,
    ) -> None:
        self.request: ConnectRequest = request
        #: The system's TCP socket, from the beginning of an attempt to its end.
        self.sock: socket.socket | None = None
        self._socket = owner
        self._runtime = runtime
        self._block_list = block_list
        self._previous = previous
        self._connected = connected
        self._local_end = NO_LOCAL_END
        self._over = False
        self._dial: Connect | None = None
        #: Is this one of several addresses?
        self._many = False

    def _finish(self) -> None:
        """Do nothing more."""
        self._over = True
        self._stop_attempt()
        if self._previous is not None:
            self._previous._finish()

    def _stop_attempt(self) -> None:
        self.sock = None
        if self._dial is not None:
            self._dial.cancel()
            self._dial = None

    @property
    def _live(self) -> bool:
        return not self._over and self._socket.connecting

    def _fail(self, error: Exception) -> None:
        if not self._over:
            self._socket.destroy(error)

    # -- one attempt ----------------------------------------------------------------------------

    def _dial_to(self, candidate: Candidate) -> Exception | None:
        """Begin to connect; the error of what fails at once, unless the socket was destroyed."""
        request = self.request
        version = candidate.version
        taken = self._taken()
        self.sock = None
        self._local_end = NO_LOCAL_END
        host = request.local_address or (_ANY_ADDRESS[version] if request.local_port else None)
        try:
            local = host and _socket_address(host, request.local_port, version)
            self._dial = connect_tcp(
                self._runtime.reactor,
                self._target(candidate),
                local or None,
                partial(self._prepare, candidate, taken),
                partial(self._done, candidate),
            )
        except _StoppedError as stopped:
            return stopped.error
        except OSError as error:
            if host is not None and self.sock is None:
                return system_error(error, "bind", host, request.local_port or None)
            address, port = candidate.address, request.port or None
            return system_error(error, "connect", address, port, self._local_end)
        return None

    def _target(self, candidate: Candidate) -> SocketAddress:
        try:
            return _socket_address(candidate.address, self.request.port, candidate.version)
        except OSError:
            self._announce(candidate)
            raise

    def _taken(self) -> tuple[int, socket.socket] | None:
        """Why the system would refuse to connect the owner, and its socket that is in use."""
        earlier = self if self._dial is not None else self._previous
        if earlier is not None and earlier.sock is not None:
            return errno.EALREADY, earlier.sock
        return None if self._connected is None else (errno.EISCONN, self._connected)

    def _prepare(
        self, candidate: Candidate, taken: tuple[int, socket.socket] | None, sock: socket.socket
    ) -> None:
        """The last step before the system's connect."""
        self.sock = sock
        self._note_local_end(sock)
        self._announce(candidate)
        if taken is not None:
            number, in_use = taken
            self._note_local_end(in_use)
            raise os_error(number)

    def _note_local_end(self, sock: socket.socket) -> None:
        end = own_end_of_socket(sock)
        if end is not None:
            self._local_end = f"Local ({end['address']}:{end['port']})"

    def _announce(self, candidate: Candidate) -> None:
        port = self.request.port
        self._socket.emit("connectionAttempt", candidate.address, port, candidate.version)
        if not self._live:
            raise _StoppedError(None)
        if not self._many:
            blocked = self._blocked(candidate)
            if blocked is not None:
                raise _StoppedError(blocked)
        elif self._socket.autoSelectFamilyAttemptedAddresses is not None:
            attempted = f"{candidate.address}:{port}"
            self._socket.autoSelectFamilyAttemptedAddresses.append(attempted)

    def _blocked(self, candidate: Candidate) -> Exception | None:
        block_list = self._block_list
        family = f"ipv{candidate.version}"
        if block_list is not None and block_list.check(candidate.address, family):
            return ip_blocked(candidate.address)
        return None

    def _done(
        self, candidate: Candidate, error: OSError | None, stream: SocketStream | None
    ) -> None:
        self._dial = None
        if stream is not None:
            self._finish()
            self._socket._established(stream)
        elif error is not None:
            self._attempt_failed(candidate, error)

    def _attempt_failed(self, candidate: Candidate, error: OSError) -> None:
        """The connect has failed, after it had begun."""
        raise NotImplementedError

    def _failure_of(self, candidate: Candidate, error: OSError) -> tuple[Any, ...]:
        """The arguments of ``connectionAttemptFailed``."""
        request = self.request
        address, port, details = candidate.address, request.port, None
        if request.local_port:
            local = request.local_address or _ANY_ADDRESS[candidate.version]
            details = f"Local ({local}:{request.local_port})"
        failure = system_error(error, "connect", address, port or None, details)
        return address, port, candidate.version, failure


def _socket_address(host: str, port: int, version: Version) -> SocketAddress:
    """Raises :exc:`OSError` where the address is of the other version."""
    address = literal("host", host, port)
    if address is None or address.family != f"ipv{version}":
        raise os_error(errno.EINVAL)
    return address
