"""The conformance suites: every promise that a user of a stream or listener relies on, a check."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio
import attrs
from anyio.abc import ByteStream

from anynet._rules.checks import check_seconds
from anynet.testing._check_cancelling import CANCELLING, CLOGGED_CANCELLING
from anynet.testing._check_ending import CLOGGED_ENDING, ENDING, HALF_CLOSE, NO_HALF_CLOSE
from anynet.testing._check_listening import LISTENING
from anynet.testing._check_passing import PASSING
from anynet.testing._kit import MakeListener, MakePair

#: Far beyond what any check takes on a machine that is busy: it is for those that would hang.
_SECONDS = 60.0
#: For what has been cancelled since that was too long, to end by itself.
_SECONDS_OF_GRACE = 1.0


@attrs.frozen(eq=False, repr=False)
class ConformanceCase:
    """One promise of a stream or listener; ``str(case)`` names it, for pytest's ``ids=str``."""

    name: str
    _check: Callable[..., Any]
    _make: Callable[[], AbstractAsyncContextManager[Sequence[Any]]]
    _seconds: float

    async def run(self) -> None:
        """Check it on streams or a listener of its own.

        Raises :exc:`AssertionError` that names the broken promise, :exc:`TimeoutError` for a check
        that hangs, or what an operation raises that should not fail, each with a note of the case.
        """
        error: Exception | None = None
        things: list[Any] = []
        async with anyio.create_task_group() as watching:
            watching.start_soon(self._close_late, things)
            try:
                with anyio.fail_after(self._seconds):
                    async with self._make() as made:
                        things += made
                        await self._check(*made)
            except Exception as raised:
                error = raised
            watching.cancel_scope.cancel()
        if error is not None:
            error.add_note(f"in the check {self.name}")
            raise error

    async def _close_late(self, things: Sequence[Any]) -> None:
        """Close the first stream, or the listener, for an operation that no cancellation ends."""
        await anyio.sleep(self._seconds + _SECONDS_OF_GRACE)
        await things[0].aclose()

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<ConformanceCase {self.name}>"


def byte_stream_cases(
    make_pair: MakePair, *, half_close: bool = True, clogged: bool = True, seconds: float = _SECONDS
) -> list[ConformanceCase]:
    """The checks of :func:`check_byte_stream`, each in both directions, to be run one by one.

    For pytest: ``@pytest.mark.parametrize("case", byte_stream_cases(make_pair), ids=str)``.
    """
    check_seconds("seconds", seconds)
    checks = [*PASSING, *ENDING, *CANCELLING]
    checks += HALF_CLOSE if half_close else NO_HALF_CLOSE
    if clogged:
        checks += [*CLOGGED_CANCELLING, *CLOGGED_ENDING]

    @asynccontextmanager
    async def make_swapped() -> AsyncIterator[tuple[ByteStream, ByteStream]]:
        async with make_pair() as (one, other):
            yield other, one

    cases = []
    for check in checks:
        name = check.__name__
        cases.append(ConformanceCase(name, check, make_pair, seconds))
        cases.append(ConformanceCase(f"{name}-swapped", check, make_swapped, seconds))
    return cases


async def check_byte_stream(
    make_pair: MakePair, *, half_close: bool = True, clogged: bool = True, seconds: float = _SECONDS
) -> None:
    """Check that a byte stream keeps the promises of :class:`anyio.abc.ByteStream`, to the letter.

    ``make_pair()`` is an async context manager that gives two connected streams and closes them
    afterwards; it is used anew for every check, and each check is done in both directions.
    ``half_close=False`` is for streams whose ``send_eof`` raises :exc:`NotImplementedError`, and
    ``clogged=False`` for streams whose ``send`` never waits for the receiver.

    What is checked: bytes arrive whole and in order, both ways at once, for a slow reader too;
    ``max_bytes`` is honoured; ends are seen, and seen again; using a closed stream,
    closing it again, or closing it under a waiting operation does what AnyIO documents; so does a
    second task in one direction; nothing is lost by cancelling a receive, nothing is sent by a send
    that was cancelled before it began, and a cancelled close closes.

    ``aclose`` must not wait for the peer, as that of a TLS stream with ``standard_compatible=True``
    does. Raises :exc:`AssertionError` that names the broken promise, with a note of the check; a
    check that takes ``seconds`` (60.0) raises :exc:`TimeoutError`.
    """
    for case in byte_stream_cases(
        make_pair, half_close=half_close, clogged=clogged, seconds=seconds
    ):
        await case.run()


def listener_cases(
    make_listener: MakeListener, *, seconds: float = _SECONDS
) -> list[ConformanceCase]:
    """The checks of :func:`check_listener`, to be run one by one.

    For pytest: ``@pytest.mark.parametrize("case", listener_cases(make_listener), ids=str)``.
    """
    check_seconds("seconds", seconds)
    return [ConformanceCase(each.__name__, each, make_listener, seconds) for each in LISTENING]


async def check_listener(make_listener: MakeListener, *, seconds: float = _SECONDS) -> None:
    """Check that a listener of byte streams keeps the promises of :class:`anyio.abc.Listener`.

    ``make_listener()`` is an async context manager that gives a listener and a function without
    arguments, ``await dial()``, which returns a byte stream connected to it; it closes the
    listener afterwards, and is used anew for every check.

    What is checked: each connection gets a handler, also one that is made before ``serve`` is
    called, and handlers run beside each other, in the task group that was given; ``serve`` can be
    cancelled, which cancels handlers in its own tasks alone and loses no connection, and can be
    called again; a close ends it, also a cancelled one, after which nobody is served any more
    (``serve`` may return then or raise :exc:`anyio.ClosedResourceError`); attributes can be read.

    Raises as :func:`check_byte_stream` does.
    """
    for case in listener_cases(make_listener, seconds=seconds):
        await case.run()
