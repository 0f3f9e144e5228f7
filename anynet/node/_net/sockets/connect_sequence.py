"""One ``connect()`` of a socket: looking the host up, and trying its addresses in sequence."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from anynet._transport.reactor.connect import connect_unix
from anynet._transport.reactor.timers import ReactorTimer
from anynet._transport.sockets.system_errors import os_error
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._errors.errors import (
    AggregateError,
    InvalidAddressFamily,
    invalid_ip_address,
    system_error,
)
from anynet.node._net.functions.is_ip import isIP
from anynet.node._net.sockets.address_attempt import NO_LOCAL_END, Attempting, Candidate
from anynet.node._net.sockets.lookup import look_up

#: The longest path of a Unix socket: ``sun_path`` without the NUL that ends it.
_LONGEST_PATH = 107 if sys.platform == "linux" else 103


def in_turns(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The families take turns, the first one's begins; an address that comes again is dropped."""
    distinct = dict.fromkeys(candidates)
    leading = [each for each in distinct if each.version == candidates[0].version]
    other = [each for each in distinct if each.version != candidates[0].version]
    turns = min(len(leading), len(other))
    ordered = [each for pair in zip(leading, other, strict=False) for each in pair]
    return ordered + leading[turns:] + other[turns:]


def _is_socket_path(path: str) -> bool:
    try:
        name = os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return len(name) <= _LONGEST_PATH and b"\0" not in name[1:]


def _listed(addresses: object) -> list[tuple[Any, Any]]:
    """The addresses and families of an answer; None for what is not there."""
    if not isinstance(addresses, list | tuple) or not addresses:
        return [(None, None)]
    given = [each if isinstance(each, Mapping) else {} for each in addresses]
    return [(each.get("address"), each.get("family")) for each in given]


class Connecting(Attempting):
    """Connects a socket, unless it is abandoned before."""

    __slots__ = ("_attempt", "_errors", "_queue", "_timer")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        #: Which of several addresses is being tried, which are still to be, and what failed.
        self._attempt: Candidate | None = None
        self._queue: list[Candidate] = []
        self._errors: list[Exception] = []
        self._timer: ReactorTimer | None = None

    def start(self) -> None:
        """Begin. A path is tried at once, an address in the next tick, a name is looked up."""
        request = self.request
        if request.path is not None:
            self._connect_path(request.path)
        elif request.version == 0:
            look_up(
                self._runtime,
                request,
                self._on_addresses if request.all_addresses else self._on_address,
            )
        else:
            self._runtime.next_tick(self._connect, Candidate(request.host, request.version))

    def abandon(self) -> tuple[Any, ...] | None:
        """Give up. Returns the arguments of a ``connectionAttemptFailed`` that is owed."""
        attempt = self._attempt
        self._finish()
        if attempt is None:
            return None
        return self._failure_of(attempt, os_error(errno.ECANCELED))

    def _stop_attempt(self) -> None:
        super()._stop_attempt()
        self._attempt = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -- a Unix socket --------------------------------------------------------------------------

    def _connect_path(self, path: str) -> None:
        self._socket.emit("connectionAttempt", path, None, None)
        if not self._live or self._previous is not None:
            return
        if not _is_socket_path(path):
            details = NO_LOCAL_END
            self._fail(system_error(errno.EINVAL, "connect", path, details=details))
            return
        try:
            self._dial = connect_unix(self._runtime.reactor, path, self._path_done)
        except OSError as error:
            self._fail(system_error(error, "connect", path, details=NO_LOCAL_END))

    def _path_done(self, error: OSError | None, stream: SocketStream | None) -> None:
        self._dial = None
        if stream is not None:
            self._finish()
            self._socket._established(stream)
        elif error is not None:
            failure = system_error(error, "connect", self.request.path)
            self._socket.connecting = False
            self._socket.emit("connectionAttemptFailed", self.request.path, None, None, failure)
            self._fail(failure)

    # -- answers of the lookup ------------------------------------------------------------------

    def _on_address(
        self, error: Any = None, address: Any = None, family: Any = None, *_more: object
    ) -> None:
        host = self.request.host
        self._socket.emit("lookup", error, address, family, host)
        if not self._live:
            return
        failure = error or self._address_error(address, family)
        if failure is not None:
            self._runtime.next_tick(self._fail, failure)
        else:
            self._socket._touch()
            self._connect(Candidate(address, family))

    def _on_addresses(self, error: Any = None, addresses: Any = None, *_more: object) -> None:
        if not self._live or self._many:
            return
        host = self.request.host
        if error is not None:
            self._socket.emit("lookup", error, None, None, host)
            self._runtime.next_tick(self._fail, error)
            return
        candidates: list[Candidate] = []
        faults: list[Exception] = []
        for address, family in _listed(addresses):
            self._socket.emit("lookup", None, address, family, host)
            if not self._live:
                return
            fault = self._address_error(address, family)
            if fault is None:
                candidates.append(Candidate(address, family))
            else:
                faults.append(fault)
        if not candidates:
            self._runtime.next_tick(self._fail, faults[0])
            return
        self._socket._touch()
        queue = in_turns(candidates)
        if len(queue) == 1:
            self._connect(queue[0])
        else:
            self._socket.autoSelectFamilyAttemptedAddresses = []
            self._queue = queue
            self._many = True
            self._try_next()

    def _address_error(self, address: Any, family: Any) -> Exception | None:
        if not isIP(address):
            return invalid_ip_address(address)
        if family not in (4, 6):
            return InvalidAddressFamily(family, self.request.host, self.request.port)
        return None

    # -- a single address -----------------------------------------------------------------------

    def _connect(self, candidate: Candidate) -> None:
        if not self._live:
            return
        failure = self._dial_to(candidate)
        if failure is not None:
            self._fail(failure)

    def _attempt_failed(self, candidate: Candidate, error: OSError) -> None:
        failed = self._failure_of(candidate, error)
        if self._many:
            self._stop_attempt()
            self._errors.append(failed[-1])
        else:
            self._socket.connecting = False
        self._socket.emit("connectionAttemptFailed", *failed)
        if not self._many:
            self._fail(failed[-1])
        elif self._live:
            self._try_next()

    # -- several addresses ----------------------------------------------------------------------

    def _try_next(self) -> None:
        queue = self._queue
        while queue:
            candidate = queue.pop(0)
            blocked = self._blocked(candidate)
            failure = blocked or self._dial_to(candidate)
            if not self._live:
                return
            if failure is None:
                self._attempt = candidate
                if queue:
                    seconds = self.request.attempt_timeout / 1000
                    reactor = self._runtime.reactor
                    self._timer = reactor.call_later(seconds, self._timed_out, candidate)
                return
            self._errors.append(failure)
            if getattr(failure, "syscall", None) != "bind":
                port = self.request.port
                self._socket.emit(
                    "connectionAttemptFailed", candidate.address, port, candidate.version, failure
                )
                if not self._live:
                    return
        self._fail(AggregateError(self._errors))

    def _timed_out(self, candidate: Candidate) -> None:
        failed = self._failure_of(candidate, os_error(errno.ETIMEDOUT))
        self._attempt = None
        self._socket.emit("connectionAttemptTimeout", *failed[:-1])
        self._stop_attempt()
        self._errors.append(failed[-1])
        if self._live:
            self._try_next()
