"""Overlapping connection attempts, of which the first to succeed wins (RFC 8305 section 5).

What an attempt does is not known here: the race starts attempts, reports what happens to them, and
closes what they made except for the winner's connection. A single address needs no race: its
:class:`Attempt` is run by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeAlias, TypeVar

import anyio

from anynet._rules.policy.attempts import next_start
from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import AddressBlocked, ConnectAttempt, leaves
from anynet._rules.values.events import (
    ConnectEvent,
    ConnectionAttempt,
    ConnectionAttemptFailed,
    ConnectionAttemptTimeout,
)


class Closable(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=Closable)
ConnectOne: TypeAlias = Callable[[Address], Awaitable[T]]


class Attempt(Generic[T]):
    """One attempt at one address; times in seconds on the loop's clock."""

    __slots__ = ("_time", "address", "connection", "ended", "error", "started")

    def __init__(self, address: Address, time: Callable[[], float] = anyio.current_time) -> None:
        self.address = address
        self._time = time
        self.started = time()
        self.ended: float | None = None
        self.error: OSError | None = None
        self.connection: T | None = None

    async def run(
        self, connect_one: ConnectOne[T], on_event: Callable[[ConnectEvent], object]
    ) -> T | None:
        """Connect. Returns None, and keeps the error, where that fails by an :exc:`OSError`."""
        try:
            outcome = await _outcome(connect_one, self.address)
        finally:
            self.ended = self._time()
        if not isinstance(outcome, OSError):
            self.connection = outcome
            return outcome
        self.error = outcome
        if not isinstance(outcome, AddressBlocked):
            on_event(ConnectionAttemptFailed(self.address, outcome))
        return None

    def report(self, begun: float, now: float) -> ConnectAttempt:
        """The attempt as a part of the timeline of a connect that began at ``begun``."""
        ended = now if self.ended is None else self.ended
        return ConnectAttempt(
            address=self.address,
            started=self.started - begun,
            elapsed=ended - self.started,
            error=self.error,
        )


async def _outcome(connect_one: ConnectOne[T], address: Address) -> T | OSError:
    # The attempt keeps the error, so the error must not keep the attempt. Its traceback would: that
    # has frames, and from Python 3.12 a frame keeps its callers, those that awaited it included.
    try:
        return await connect_one(address)
    except OSError as error:
        return error.with_traceback(None)


class HappyEyeballs(Generic[T]):
    """Attempts at several addresses, started ``attempt_delay`` seconds apart."""

    __slots__ = ("_attempt_delay", "_latest_settled", "_on_event", "attempts")

    def __init__(
        self,
        *,
        attempt_delay: float,
        on_event: Callable[[ConnectEvent], object],
        attempts: list[Attempt[T]] | None = None,
    ) -> None:
        self._attempt_delay = attempt_delay
        self._on_event = on_event
        #: In the order of their start; a list that was given is added to.
        self.attempts: list[Attempt[T]] = [] if attempts is None else attempts
        #: Set once the latest attempt has succeeded, failed, or been given up.
        self._latest_settled = anyio.Event()

    async def run(self, addresses: Sequence[Address], connect_one: ConnectOne[T]) -> T | None:
        """Connect to one of the addresses; None when the attempts at all of them failed.

        ``connect_one`` connects to one address: it returns the connection or raises
        :exc:`OSError`, and leaves nothing open when it is cancelled. Any other exception, and what
        ``on_event`` raises, is not a failed attempt: it ends the race and is passed on.

        The next attempt starts when the latest one has failed, or ``attempt_delay`` seconds after
        its start; none is stopped before another has succeeded. If several succeed in one turn of
        the loop, the one that was started first wins. Cancellation leaves nothing open.
        """
        winner: Attempt[T] | None = None
        try:
            await self._run_beside_each_other(addresses, connect_one)
            winner = next((each for each in self.attempts if each.connection is not None), None)
        finally:
            for attempt in self.attempts:
                if attempt is not winner and attempt.connection is not None:
                    attempt.connection.close()
        return None if winner is None else winner.connection

    async def _run_beside_each_other(
        self, addresses: Sequence[Address], connect_one: ConnectOne[T]
    ) -> None:
        try:
            async with anyio.create_task_group() as group:
                for address in addresses:
                    if self.attempts and not await self._wait_for_start(self.attempts[-1]):
                        break
                    attempt: Attempt[T] = Attempt(address)
                    self.attempts.append(attempt)
                    self._latest_settled = settled = anyio.Event()
                    self._on_event(ConnectionAttempt(address))
                    group.start_soon(self._run, attempt, connect_one, settled, group.cancel_scope)
            return
        except BaseExceptionGroup as group_error:
            # An error says more than the cancellation that it met.
            cancelled = anyio.get_cancelled_exc_class()
            errors = [each for each in leaves(group_error) if not isinstance(each, cancelled)]
            if len(errors) > 1:
                raise
        try:
            raise errors[0]
        finally:
            errors.clear()  # Or this frame, which the error keeps, would keep the error.

    async def _wait_for_start(self, latest: Attempt[T]) -> bool:
        """Wait until the attempt after the latest one may start; False when there shall be none."""
        while True:
            now = anyio.current_time()
            when = next_start(
                started_at=latest.started,
                now=now,
                failed=self._latest_settled.is_set(),
                attempt_delay=self._attempt_delay,
            )
            if when <= now:
                break
            with anyio.CancelScope(deadline=when):
                await self._latest_settled.wait()
        if any(attempt.connection is not None for attempt in self.attempts):
            return False
        if not self._latest_settled.is_set():
            self._on_event(ConnectionAttemptTimeout(latest.address))
        return True

    async def _run(
        self,
        attempt: Attempt[T],
        connect_one: ConnectOne[T],
        settled: anyio.Event,
        scope: anyio.CancelScope,
    ) -> None:
        try:
            await attempt.run(connect_one, self._on_event)
        finally:
            settled.set()
        if attempt.connection is not None:
            # The others lose. One that has been woken already still finishes, and may yet win.
            scope.cancel()
