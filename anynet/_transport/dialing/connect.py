"""From the options of a connect to a connected socket, or an error that says what was tried.

An address that is given as one, and a Unix path, needs no look-up and no race; a timeline is made
for errors alone. Nothing is opened before the options have been found to make sense.
"""

from __future__ import annotations

import errno
import math
import socket
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import anyio
import attrs

from anynet._rules.checks import shown
from anynet._rules.options import ConnectOptions, SocketOptions
from anynet._rules.policy.attempts import interleave
from anynet._rules.values.addresses import Address, Family, SocketAddress
from anynet._rules.values.errors import ConnectTimeline, ConnectTimeout
from anynet._rules.values.events import Connect, ConnectEvent, ConnectionAttempt, Lookup
from anynet._transport.dialing.connect_errors import (
    DEFAULT_HOST,
    attempts_failure,
    resolution_failure,
    target_text,
    timeout_failure,
)
from anynet._transport.dialing.connect_one import ConnectedSocket, Connector
from anynet._transport.dialing.happy_eyeballs import Attempt, HappyEyeballs
from anynet._transport.loops.host_loop import HostLoop
from anynet._transport.sockets.closing import close_socket
from anynet._transport.sockets.machine import SYSTEM, Machine
from anynet._transport.sockets.resolving import literal, resolve
from anynet._transport.sockets.unix_address import check_unix_path


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Connected:
    """A connected socket, non-blocking and close-on-exec, and how it came about."""

    sock: socket.socket
    #: What ``getpeername()`` returned.
    peername: Any
    #: Makes the timeline of the connect, up to now.
    timeline: Callable[[], ConnectTimeline]
    #: The loop it was connected in, if that is known.
    host: HostLoop | None = None


def connect_socket(
    options: ConnectOptions,
    socket_options: SocketOptions,
    on_event: Callable[[ConnectEvent], object],
    machine: Machine = SYSTEM,
) -> Coroutine[Any, Any, Connected]:
    """Connect, from ``machine``.

    ``on_event`` is called with each event as it happens; what it raises ends the connect. Raises
    :exc:`ConnectError` with a timeline if no connection could be made: the subclass that says how
    where all attempts failed alike, and :exc:`ConnectTimeout` where ``connect_timeout`` seconds
    have passed. Raises :exc:`ValueError` or :exc:`TypeError`, before anything is opened, for
    options that cannot be used. What the ``resolver`` raises, except for :exc:`OSError`, is passed
    on as it is. Cancellation closes all sockets.
    """
    call = _Connect(options, on_event, machine)
    if options.connect_timeout is None:
        return call.run(socket_options)
    return call.run_within(options.connect_timeout, socket_options)


class _Connect:
    """One connect: what it is to do, what it has done, and when (seconds on the loop's clock)."""

    __slots__ = (
        "_attempts",
        "_begun",
        "_host",
        "_machine",
        "_on_event",
        "_options",
        "_resolution_time",
    )

    def __init__(
        self,
        options: ConnectOptions,
        on_event: Callable[[ConnectEvent], object],
        machine: Machine,
    ) -> None:
        self._options = options
        self._on_event = on_event
        self._machine = machine
        self._host = machine.host_loop()
        self._begun = self._host.time()
        self._resolution_time = 0.0
        #: In the order of their start.
        self._attempts: list[Attempt[ConnectedSocket]] = []

    async def run_within(self, seconds: float, socket_options: SocketOptions) -> Connected:
        """As :meth:`run`, for so many seconds at most."""
        with anyio.move_on_after(seconds):
            return await self.run(socket_options)
        raise self._timed_out(seconds)

    async def run(self, socket_options: SocketOptions) -> Connected:
        await self._host.enter_operation()
        bound = self._options.bound
        if bound is None:
            return await self._connect(socket_options)
        sock = bound.take().as_client()
        try:
            return await self._connect(socket_options, sock)
        except BaseException:
            close_socket(sock)
            raise

    async def _connect(
        self, socket_options: SocketOptions, bound: socket.socket | None = None
    ) -> Connected:
        options = self._options
        local = self._local_end()
        connector = Connector(
            local_address=local if bound is None else None,
            local_port=options.local_port,
            bound=bound,
            socket_options=socket_options,
            block_list=options.block_list,
            host=self._host,
        )
        target = self._target(local)
        addresses = [target] if target is not None else await self._look_up(local)
        if bound is not None:
            # One attempt: a socket whose connect has failed is not bound any more (Linux gives it
            # another port at the next, and other systems do not connect it again).
            addresses = addresses[:1]
        if len(addresses) == 1:
            attempt: Attempt[ConnectedSocket] = Attempt(addresses[0], self._host.time)
            self._attempts.append(attempt)
            self._on_event(ConnectionAttempt(addresses[0]))
            connected = await attempt.run(connector.connect, self._on_event)
        else:
            connected = await self._race(addresses, connector)
        if connected is None:
            raise attempts_failure(target_text(self._options), self.timeline())
        try:
            self._on_event(Connect())
        except BaseException:
            connected.close()
            raise
        return Connected(
            sock=connected.sock,
            peername=connected.peername,
            timeline=self.timeline,
            host=self._host,
        )

    async def _race(
        self, addresses: Sequence[Address], connector: Connector
    ) -> ConnectedSocket | None:
        options = self._options
        race: HappyEyeballs[ConnectedSocket] = HappyEyeballs(
            # A local port that was asked for serves one attempt at a time.
            attempt_delay=math.inf if options.local_port else options.attempt_delay,
            on_event=self._on_event,
            attempts=self._attempts,
        )
        return await race.run(addresses, connector.connect)

    def _timed_out(self, seconds: float) -> ConnectTimeout:
        for attempt in self._attempts:
            if attempt.error is None:
                attempt.error = TimeoutError(errno.ETIMEDOUT, "no answer in time")
        return timeout_failure(target_text(self._options), seconds, self.timeline())

    def _local_end(self) -> SocketAddress | None:
        """The address of our end, if the options name one: its family is that of the connect."""
        options = self._options
        if options.bound is not None:
            return (
                options.bound.address if isinstance(options.bound.address, SocketAddress) else None
            )
        return None if options.local_host is None else self._local_address(options.local_host)

    def _local_address(self, host: str) -> SocketAddress:
        address = self._literal("local_host", host, self._options.local_port or 0)
        if address is None:
            raise ValueError(f"local_host must be an IP address, not {shown(host)}")
        if self._options.family not in (None, address.family):
            raise ValueError(f"local_host {shown(host)} is not of family {self._options.family}")
        return address

    def _target(self, local: SocketAddress | None) -> Address | None:
        """Where to connect to, if that is given as an address; None for a name."""
        options = self._options
        if options.path is not None:
            check_unix_path(options.path)
            return options.path
        host = options.host or DEFAULT_HOST
        address = self._literal("host", host, options.port or 0)
        family = options.family if local is None else local.family
        if address is not None and family not in (None, address.family):
            reason = f"of family {family}"
            if local is not None:
                reason = f"of the family of {'bound' if options.bound else 'local_host'}"
            raise ValueError(f"host {shown(host)} is not {reason}")
        return address

    def _literal(self, option: str, text: str, port: int) -> SocketAddress | None:
        try:
            return literal(option, text, port)
        except OSError as error:
            raise resolution_failure(target_text(self._options), error, self.timeline()) from error

    async def _look_up(self, local: SocketAddress | None) -> Sequence[Address]:
        """The addresses of the host, in the order to try them."""
        options = self._options
        host, port = options.host or DEFAULT_HOST, options.port or 0
        family: Family | None = options.family if local is None else local.family
        began = anyio.current_time()
        try:
            try:
                addresses = await resolve(
                    host,
                    port,
                    family=family,
                    resolver=options.resolver,
                    by_system=self._machine.resolve,
                )
            finally:
                self._resolution_time = anyio.current_time() - began
        except OSError as error:
            raise resolution_failure(target_text(self._options), error, self.timeline()) from error
        for address in addresses:
            self._on_event(Lookup(host, address))
        return interleave(addresses)

    def timeline(self) -> ConnectTimeline:
        """What has been done up to now."""
        now = anyio.current_time()
        return ConnectTimeline(
            resolution_time=self._resolution_time,
            attempts=tuple(each.report(self._begun, now) for each in self._attempts),
            elapsed=now - self._begun,
        )
