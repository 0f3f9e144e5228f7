"""One ``connect()`` of a socket: looking the host up, and trying its addresses in sequence.

Rules that live here, each Node's:

* A path is tried at once, an address in the next tick, a name after the lookup. Each address that
  the lookup found is an event ``lookup``.
* With several addresses (``autoSelectFamily``) the families take turns (RFC 8305, section 4), one
  attempt at a time: it is given up after ``autoSelectFamilyAttemptTimeout``, but the last, which
  has no limit. All their errors are one ``AggregateError``.
* A socket that is destroyed in between still owes a ``connectionAttemptFailed`` (ECANCELED) for the
  attempt under way, if that was one of several.
* Whatever listeners do, nothing is emitted for a socket that does not connect any more.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from anynet._rules.policy.attempts import interleave
from anynet._transport.reactor.connect import Connect, new_socket
from anynet._transport.reactor.timers import ReactorTimer
from anynet._transport.sockets.closing import close_socket
from anynet._transport.sockets.system_errors import os_error
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._errors.errors import (
    AggregateError,
    InvalidAddressFamily,
    invalid_ip_address,
    ip_blocked,
    system_error,
)
from anynet.node._net.functions.is_ip import isIP
from anynet.node._net.options.connect_options import ConnectRequest, is_socket_path
from anynet.node._net.sockets.address_attempt import (
    NO_LOCAL_END,
    AddressAttempt,
    AttemptStoppedError,
    Candidate,
    local_details,
)
from anynet.node._net.sockets.connect_owner import BeginningConnection, ConnectingSocket
from anynet.node._net.sockets.lookup import listed_addresses, look_up
from anynet.node._net.values.block_list import BlockList


class ConnectSequence:
    """Connects a socket, unless it is abandoned before.

    ``connected`` is the system's socket of an owner that is connected already, and ``previous`` is
    the connect that is under way on the same owner, which the system refuses to connect again.
    ``bound`` is a socket that the owner has adopted, and that is to be connected.
    """

    __slots__ = (
        "_attempt",
        "_block_list",
        "_bound",
        "_connected",
        "_connection",
        "_errors",
        "_give_up_lookup",
        "_over",
        "_path_connect",
        "_previous",
        "_queue",
        "_runtime",
        "_socket",
        "_timer",
        "request",
    )

    def __init__(
        self,
        owner: ConnectingSocket,
        connection: BeginningConnection,
        request: ConnectRequest,
        block_list: BlockList | None,
        previous: ConnectSequence | None,
        connected: socket.socket | None,
        bound: socket.socket | None,
    ) -> None:
        self.request: ConnectRequest = request
        self._socket = owner
        self._runtime = owner.runtime
        self._connection = connection
        self._block_list = block_list
        self._previous = previous
        self._connected = connected
        #: The socket that is to connect, until the attempt has it.
        self._bound = bound
        self._over = False
        self._path_connect: Connect | None = None
        self._attempt: AddressAttempt | None = None
        #: Of several addresses: those still to be tried, and what the others failed with.
        self._queue: list[Candidate] | None = None
        self._errors: list[Exception] = []
        self._timer: ReactorTimer | None = None
        self._give_up_lookup: Callable[[], object] | None = None

    def start(self, *, at_once: bool = False) -> None:
        """Begin; ``at_once``: inside of this call, if there is nothing to look up."""
        request = self.request
        if request.path is not None:
            self._connect_path(request.path)
        elif request.version == 0:
            answer = self._on_addresses if request.all_addresses else self._on_address
            self._give_up_lookup = look_up(self._runtime, request, answer)
        elif at_once:
            self._connect_to(Candidate(request.host, request.version))
        else:
            self._runtime.next_tick(self._connect_to, Candidate(request.host, request.version))

    def abandon(self) -> tuple[Any, ...] | None:
        """Give up. Returns the arguments of a ``connectionAttemptFailed`` that is owed."""
        attempt = self._attempt if self._queue is not None else None
        self._finish()
        return None if attempt is None else attempt.failure(os_error(errno.ECANCELED))

    @property
    def sock(self) -> socket.socket | None:
        """The system's TCP socket of the attempt under way."""
        return None if self._attempt is None else self._attempt.sock

    def _finish(self) -> None:
        """Do nothing more."""
        self._over = True
        if self._attempt is not None or self._timer is not None:
            self._stop_attempt()
        if self._give_up_lookup is not None:
            # A single address is an event also of a socket that was destroyed, if one listens.
            if self.request.all_addresses or not self._socket.listenerCount("lookup"):
                self._give_up_lookup()
            self._give_up_lookup = None
        if self._path_connect is not None:
            self._path_connect.cancel()
            self._path_connect = None
        if self._previous is not None:
            self._previous._finish()
        if self._bound is not None:
            close_socket(self._bound)
            self._bound = None

    def _take_bound(self) -> socket.socket | None:
        bound, self._bound = self._bound, None
        return bound

    def _stop_attempt(self) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.cancel()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _is_live(self) -> bool:
        return not self._over and self._connection.connecting

    def _fail(self, error: Exception) -> None:
        if not self._over:
            self._socket.destroy(error)

    # -- a Unix socket --------------------------------------------------------------------------

    def _connect_path(self, path: str) -> None:
        self._socket.emit("connectionAttempt", path, None, None)
        if not self._is_live() or self._previous is not None:
            return
        connected = self._connected
        of_tcp = connected is not None and connected.family != socket.AF_UNIX
        if of_tcp or not is_socket_path(path):
            details = local_details(connected)
            self._fail(system_error(errno.EINVAL, "connect", path, details=details))
            return
        if connected is not None:
            code = connected.connect_ex(os.fsencode(path)) or errno.EISCONN
            self._runtime.reactor.call_soon(self._on_path_done, os_error(code), None)
            return
        try:
            sock = self._take_bound() or new_socket(socket.AF_UNIX)
        except OSError as error:
            self._fail(system_error(error, "connect", path, details=NO_LOCAL_END))
            return
        self._path_connect = Connect(self._runtime.reactor, sock, self._on_path_done)
        self._path_connect.start(os.fsencode(path), all_errors_later=True)

    def _on_path_done(self, error: OSError | None, stream: SocketStream | None) -> None:
        self._path_connect = None
        if stream is not None:
            self._finish()
            self._connection.established(self._socket, stream)
        elif error is not None and self._is_live():
            failure = system_error(error, "connect", self.request.path)
            self._connection.note_failure()
            self._socket.emit("connectionAttemptFailed", self.request.path, None, None, failure)
            self._fail(failure)

    # -- answers of the lookup ------------------------------------------------------------------

    def _on_address(
        self, error: Any = None, address: Any = None, family: Any = None, *_more: object
    ) -> None:
        self._give_up_lookup = None  # It has answered, and may have more to do.
        self._socket.emit("lookup", error, address, family, self.request.host)
        if not self._is_live():
            return
        failure = error or self._address_error(address, family)
        if failure is not None:
            self._runtime.next_tick(self._fail, failure)
        else:
            self._connection.link.touch()
            self._connect_to(Candidate(address, family))

    def _on_addresses(self, error: Any = None, addresses: Any = None, *_more: object) -> None:
        self._give_up_lookup = None  # See above.
        if not self._is_live() or self._queue is not None:
            return
        host = self.request.host
        if error is not None:
            self._socket.emit("lookup", error, None, None, host)
            self._runtime.next_tick(self._fail, error)
            return
        candidates: list[Candidate] = []
        failures: list[Exception] = []
        for address, family in listed_addresses(addresses):
            self._socket.emit("lookup", None, address, family, host)
            if not self._is_live():
                return
            failure = self._address_error(address, family)
            if failure is None:
                candidates.append(Candidate(address, family))
            else:
                failures.append(failure)
        if not candidates:
            self._runtime.next_tick(self._fail, failures[0])
            return
        self._connection.link.touch()
        queue = interleave(candidates)
        if len(queue) == 1:
            self._connect_to(queue[0])
        else:
            self._socket.autoSelectFamilyAttemptedAddresses = []
            self._queue = queue
            self._try_next(queue)

    def _address_error(self, address: Any, family: Any) -> Exception | None:
        if not isIP(address):
            return invalid_ip_address(address)
        if family not in (4, 6):
            return InvalidAddressFamily(family, self.request.host, self.request.port)
        return None

    # -- attempts -------------------------------------------------------------------------------

    def _connect_to(self, candidate: Candidate) -> None:
        """Connect to the only address that there is."""
        if not self._over and self._connection.connecting:
            failure = self._attempt_to(candidate)
            if failure is not None:
                self._fail(failure)

    def _attempt_to(self, candidate: Candidate) -> Exception | None:
        """Begin to connect; the error of what fails at once, unless the socket was destroyed."""
        attempt = AddressAttempt(
            self._runtime.reactor,
            self.request,
            candidate,
            self._on_attempt_done,
            self._take_bound(),
        )
        in_use = self._attempt or self._previous or self._connected
        refused = None if in_use is None else self._refused()
        # A lookup that answers twice begins a second attempt, which is refused: the first goes on.
        first, self._attempt = self._attempt, attempt
        failure = attempt.start(self._announce, refused)
        if attempt.connect is None:
            self._attempt = first
            if self._over and first is not None:
                first.cancel()
        return failure

    def _refused(self) -> tuple[int | None, socket.socket] | None:
        """The socket of the owner that is in use, and why the system would refuse to connect it.

        None: it is to be asked.
        """
        earlier = self.sock
        if earlier is None and self._previous is not None:
            earlier = self._previous.sock
        if earlier is not None:
            return errno.EALREADY, earlier
        return None if self._connected is None else (None, self._connected)

    def _announce(self, candidate: Candidate) -> None:
        owner, port = self._socket, self.request.port
        owner.emit("connectionAttempt", candidate.address, port, candidate.family)
        if self._over or not self._connection.connecting:
            raise AttemptStoppedError(None)
        if self._queue is not None:
            if owner.autoSelectFamilyAttemptedAddresses is not None:
                owner.autoSelectFamilyAttemptedAddresses.append(f"{candidate.address}:{port}")
        elif self._block_list is not None:
            blocked = self._blocked(candidate)
            if blocked is not None:
                raise AttemptStoppedError(blocked)

    def _blocked(self, candidate: Candidate) -> Exception | None:
        block_list, family = self._block_list, f"ipv{candidate.family}"
        if block_list is not None and block_list.check(candidate.address, family):
            return ip_blocked(candidate.address)
        return None

    def _on_attempt_done(
        self, attempt: AddressAttempt, error: OSError | None, stream: SocketStream | None
    ) -> None:
        if stream is not None:
            self._attempt = None
            self._finish()
            self._connection.established(self._socket, stream)
        elif error is None:
            if self._is_live():
                self._finish()
                self._connection.established_again(self._socket)
        else:
            failed = attempt.failure(error)
            queue = self._queue
            if queue is None:
                self._connection.note_failure()
            else:
                self._stop_attempt()
                self._errors.append(failed[-1])
            self._socket.emit("connectionAttemptFailed", *failed)
            if queue is None:
                self._fail(failed[-1])
            else:
                self._go_on(queue)

    # -- several addresses ----------------------------------------------------------------------

    def _try_next(self, queue: list[Candidate]) -> None:
        while queue:
            candidate = queue.pop(0)
            failure = self._blocked(candidate) or self._attempt_to(candidate)
            if not self._is_live():
                return
            if failure is None:
                if queue:
                    seconds = self.request.attempt_timeout / 1000
                    self._timer = self._runtime.reactor.call_later(seconds, self._on_timeout, queue)
                return
            self._errors.append(failure)
            if getattr(failure, "syscall", None) != "bind":
                port = self.request.port
                self._socket.emit(
                    "connectionAttemptFailed", candidate.address, port, candidate.family, failure
                )
                if not self._is_live():
                    return
        self._fail(AggregateError(self._errors))

    def _on_timeout(self, queue: list[Candidate]) -> None:
        attempt, self._attempt = self._attempt, None
        assert attempt is not None
        failed = attempt.failure(os_error(errno.ETIMEDOUT))
        self._socket.emit("connectionAttemptTimeout", *failed[:-1])
        attempt.cancel()
        self._errors.append(failed[-1])
        self._go_on(queue)

    def _go_on(self, queue: list[Candidate]) -> None:
        """Try the next address, once the attempt before has let go of the local port."""
        if not self._is_live():
            return
        if self.request.local_port:
            # Sockets are closed at the end of the batch (docs/decisions/end-of-batch.md), and until
            # then the next one could not be bound to the same port.
            reactor = self._runtime.reactor
            reactor.close_after_batch(partial(reactor.call_soon, self._try_next_if_live, queue))
        else:
            self._try_next(queue)

    def _try_next_if_live(self, queue: list[Candidate]) -> None:
        if self._is_live():
            self._try_next(queue)
