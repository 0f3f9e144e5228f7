"""The conformance suite of byte streams: every promise that a user of one relies on, as a check."""

from __future__ import annotations

import anyio

from anynet.testing._check_cancelling import CANCELLING
from anynet.testing._check_ending import CLOGGED_ENDING, ENDING, HALF_CLOSE, NO_HALF_CLOSE
from anynet.testing._check_passing import PASSING
from anynet.testing._kit import Check, MakePair

_SECONDS = 10


async def check_byte_stream(
    make_pair: MakePair, *, half_close: bool = True, clogged: bool = True
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
    check that takes 10 seconds raises :exc:`TimeoutError`.
    """
    for check in checks_of(half_close=half_close, clogged=clogged):
        for swapped in (False, True):
            await run_check(check, make_pair, swapped=swapped)


def checks_of(*, half_close: bool, clogged: bool) -> list[Check]:
    """The checks for a kind of stream, in their order."""
    checks = [*PASSING, *ENDING, *CANCELLING]
    checks += HALF_CLOSE if half_close else NO_HALF_CLOSE
    if clogged:
        checks += CLOGGED_ENDING
    return checks


async def run_check(
    check: Check, make_pair: MakePair, *, swapped: bool, seconds: float = _SECONDS
) -> None:
    """Do one check on a new pair; what it raises says which check it was."""
    try:
        with anyio.fail_after(seconds):
            async with make_pair() as (one, other):
                if swapped:
                    one, other = other, one
                await check(one, other)
    except Exception as error:
        direction = "from the second stream to the first" if swapped else "in the given order"
        error.add_note(f"in the check {check.__name__} {direction}")
        raise
