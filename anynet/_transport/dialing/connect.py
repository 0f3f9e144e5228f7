"""Dialling: from the options of a connect to a connected socket, or an error that tells it all."""

from __future__ import annotations

import errno
import math
import socket
from collections.abc import Callable, Sequence
from typing import Any

import anyio
import attrs
from anyio.lowlevel import checkpoint

from anynet._rules.checks import shown
from anynet._rules.options import ConnectOptions, SocketOptions
from anynet._rules.policy.attempts import interleave
from anynet._rules.values.addresses import Address, Family, SocketAddress
from anynet._rules.values.errors import ConnectTimeline, ConnectTimeout
from anynet._rules.values.events import Connect, ConnectEvent, Lookup
from anynet._transport.dialing.connect_errors import (
    attempts_failure,
    resolution_failure,
    timeout_failure,
)
from anynet._transport.dialing.connect_one import ConnectedSocket, Connector
from anynet._transport.dialing.happy_eyeballs import HappyEyeballs
from anynet._transport.sockets.resolving import literal, resolve
from anynet._transport.sockets.unix_address import check_unix_path

_DEFAULT_HOST = "localhost"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Connected:
    """What a dial gives: a connected socket, non-blocking and close-on-exec, and how it came."""

    sock: socket.socket
    #: What ``getpeername()`` returned.
    peername: Any
    timeline: ConnectTimeline


async def dial(
    options: ConnectOptions,
    socket_options: SocketOptions,
    on_event: Callable[[ConnectEvent], object],
) -> Connected:
    """Connect. ``on_event`` is called with each event as it happens; what it raises ends the dial.

    Raises :exc:`ConnectError` with a timeline if no connection could be made: its subclass
    :exc:`ConnectRefused` if all addresses refused, :exc:`ConnectTimeout` if all attempts timed out
    or ``connect_timeout`` seconds have passed. Raises :exc:`ValueError` or :exc:`TypeError`, before
    anything is opened, for options that cannot be used. What the ``lookup`` hook raises, except
    for :exc:`OSError`, is passed on as it is. Cancellation closes all sockets.
    """
    call = _Dial(options, on_event)
    seconds = math.inf if options.connect_timeout is None else options.connect_timeout
    with anyio.move_on_after(seconds):
        return await call.run(socket_options)
    raise call.timed_out(seconds)


class _Dial:
    """One connect: what it is to do, what it has done, and when (seconds on the loop's clock)."""

    __slots__ = ("_begun", "_on_event", "_options", "_race", "_resolution_time")

    def __init__(self, options: ConnectOptions, on_event: Callable[[ConnectEvent], object]) -> None:
        self._options = options
        self._on_event = on_event
        self._begun = anyio.current_time()
        self._resolution_time = 0.0
        self._race: HappyEyeballs[ConnectedSocket] = HappyEyeballs(
            # A local port that was asked for serves one attempt at a time.
            attempt_delay=math.inf if options.local_port else options.attempt_delay,
            on_event=on_event,
        )

    async def run(self, socket_options: SocketOptions) -> Connected:
        await checkpoint()
        options = self._options
        local = self._local_address()
        connector = Connector(
            local_address=local,
            local_port=options.local_port,
            socket_options=socket_options,
            block_list=options.block_list,
        )
        connected = await self._race.run(await self._addresses(local), connector.connect)
        if connected is None:
            raise attempts_failure(self._target(), self._timeline())
        try:
            self._on_event(Connect())
        except BaseException:
            connected.close()
            raise
        return Connected(
            sock=connected.sock, peername=connected.peername, timeline=self._timeline()
        )

    def timed_out(self, seconds: float) -> ConnectTimeout:
        """The error when ``connect_timeout`` has cancelled :meth:`run`."""
        for attempt in self._race.attempts:
            if attempt.error is None:
                attempt.error = TimeoutError(errno.ETIMEDOUT, "no answer in time")
        return timeout_failure(self._target(), seconds, self._timeline())

    def _local_address(self) -> SocketAddress | None:
        host = self._options.local_host
        if host is None:
            return None
        address = self._literal("local_host", host, self._options.local_port or 0)
        if address is None:
            raise ValueError(f"local_host must be an IP address, not {shown(host)}")
        if self._options.family not in (None, address.family):
            raise ValueError(f"local_host {shown(host)} is not of family {self._options.family}")
        return address

    async def _addresses(self, local: SocketAddress | None) -> Sequence[Address]:
        """What to try, in this order."""
        options = self._options
        if options.path is not None:
            check_unix_path(options.path)
            return [options.path]
        family = options.family if local is None else local.family
        host = options.host or _DEFAULT_HOST
        address = self._literal("host", host, self._port)
        if address is None:
            return interleave(await self._resolve(host, family))
        if family not in (None, address.family):
            reason = f"of family {family}" if local is None else "of the family of local_host"
            raise ValueError(f"host {shown(host)} is not {reason}")
        return [address]

    @property
    def _port(self) -> int:
        return self._options.port or 0

    def _literal(self, option: str, text: str, port: int) -> SocketAddress | None:
        try:
            return literal(option, text, port)
        except OSError as error:
            raise resolution_failure(self._target(), error, self._timeline()) from error

    async def _resolve(self, host: str, family: Family | None) -> list[SocketAddress]:
        began = anyio.current_time()
        try:
            addresses = await resolve(host, self._port, family=family, lookup=self._options.lookup)
        except OSError as error:
            failure = error
        else:
            for address in addresses:
                self._on_event(Lookup(host, address))
            return addresses
        finally:
            self._resolution_time = anyio.current_time() - began
        raise resolution_failure(self._target(), failure, self._timeline()) from failure

    def _timeline(self) -> ConnectTimeline:
        now = anyio.current_time()
        return ConnectTimeline(
            resolution_time=self._resolution_time,
            attempts=tuple(each.report(self._begun, now) for each in self._race.attempts),
            elapsed=now - self._begun,
        )

    def _target(self) -> str:
        """What to connect to, for messages."""
        if self._options.path is not None:
            return shown(self._options.path)
        host = self._options.host or _DEFAULT_HOST
        return f"[{host}]:{self._port}" if ":" in host else f"{host}:{self._port}"
