"""The two directions of a byte stream as rows: no socket, no loop."""

from __future__ import annotations

import errno
import functools
import re
import ssl
from collections.abc import Callable

import anyio
import pytest

from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed, IdleTimeout
from anynet._transport.streams.half_state import SENDING, HalfState, Receiving, Sending, Step

CLAIM, RELEASE = HalfState.claim_sending, HalfState.release_sending
PART, ALL = HalfState.part_sent, HalfState.all_sent
LINGER = functools.partial(HalfState.close, lingers=True)
SHUT_DOWN, PEER_ENDED, CLOSE = HalfState.shut_down, HalfState.peer_ended, HalfState.close
Do = Callable[[HalfState], object]

#: What happens in turn; the state afterwards; what a send then raises, and its words.
ROWS: list[tuple[list[Do], Sending, type[Exception] | None, str]] = [
    ([], Sending.FREE, None, ""),
    ([CLAIM], Sending.BUSY, anyio.BusyResourceError, "sending to"),
    ([CLAIM, RELEASE], Sending.FREE, None, ""),
    ([CLAIM, PART], Sending.PARTIAL, anyio.BusyResourceError, "sending to"),
    ([CLAIM, PART, PART, ALL, RELEASE], Sending.FREE, None, ""),
    ([CLAIM, PART, RELEASE], Sending.BROKEN, ConnectionBroken, "cut off; 7 bytes"),
    ([CLAIM, PART, RELEASE, SHUT_DOWN], Sending.BROKEN, ConnectionBroken, "cut off"),
    ([CLAIM, SHUT_DOWN, RELEASE], Sending.ENDED, ConnectionClosed, "on this side"),
    ([SHUT_DOWN], Sending.ENDED, ConnectionClosed, "on this side"),
    ([PEER_ENDED], Sending.PEER_ENDED, ConnectionBroken, "the peer has ended"),
    ([PEER_ENDED, SHUT_DOWN], Sending.PEER_ENDED, ConnectionBroken, "the peer has ended"),
    ([SHUT_DOWN, PEER_ENDED], Sending.ENDED, ConnectionClosed, "on this side"),
    ([CLAIM, PEER_ENDED], Sending.BUSY_LAST, anyio.BusyResourceError, "sending to"),
    ([CLAIM, PEER_ENDED, RELEASE], Sending.PEER_ENDED, ConnectionBroken, "the peer has ended"),
    ([CLAIM, PART, PEER_ENDED, ALL, RELEASE], Sending.PEER_ENDED, ConnectionBroken, "the peer"),
    ([CLAIM, PEER_ENDED, PART, RELEASE], Sending.BROKEN, ConnectionBroken, "cut off"),
    ([CLOSE], Sending.CLOSED, ConnectionClosed, "on this side"),
    ([CLAIM, PART, CLOSE, ALL, RELEASE], Sending.CLOSED, ConnectionClosed, "on this side"),
    ([CLOSE, SHUT_DOWN], Sending.CLOSED, ConnectionClosed, "on this side"),
]


def after(*steps: Do, half_open: bool = False) -> HalfState:
    state = HalfState()
    state.allow_half_open = half_open
    state.bytes_sent = 7
    for step in steps:
        step(state)
    return state


@pytest.mark.parametrize(("steps", "expected", "error", "words"), ROWS, ids=range(len(ROWS)))
def test_sending(
    steps: list[Do], expected: Sending, error: type[Exception] | None, words: str
) -> None:
    state = after(*steps)
    assert state.sending is expected
    if error is None:
        state.claim_sending()
    else:
        with pytest.raises(error, match=words):
            state.claim_sending()
        assert state.sending is expected


#: What happens in turn, the last of which says whether our side is to be shut down now.
ENDS: list[tuple[list[Do], bool, bool]] = [
    ([PEER_ENDED], False, True),
    ([PEER_ENDED], True, False),
    ([CLAIM, PEER_ENDED], False, False),
    ([CLAIM, PEER_ENDED, RELEASE], False, True),
    ([CLAIM, PEER_ENDED, RELEASE], True, False),
    ([CLAIM, PART, PEER_ENDED, RELEASE], False, False),
    ([PEER_ENDED, PEER_ENDED], False, False),
    ([SHUT_DOWN, PEER_ENDED], False, False),
    ([CLAIM, RELEASE], False, False),
]


@pytest.mark.parametrize(("steps", "half_open", "shut_down"), ENDS, ids=range(len(ENDS)))
def test_when_the_end_of_the_peer_ends_our_side(
    steps: list[Do], half_open: bool, shut_down: bool
) -> None:
    state = after(*steps[:-1], half_open=half_open)
    assert steps[-1](state) is shut_down


@pytest.mark.parametrize("user", [Receiving.BUSY, Receiving.EVENTS])
def test_receiving_is_for_one(user: Receiving) -> None:
    state = HalfState()
    state.claim_receiving(user)
    with pytest.raises(anyio.BusyResourceError, match="receiving from"):
        state.claim_receiving()
    state.release_receiving()
    state.claim_receiving()
    state.close()
    state.release_receiving()
    with pytest.raises(ConnectionClosed):
        state.claim_receiving()


def test_a_closed_direction_says_why() -> None:
    state = HalfState()
    state.expired = (IdleTimeout, 2.5)
    state.close()
    for claim in (state.claim_receiving, state.claim_sending):
        with pytest.raises(IdleTimeout, match=r"2\.5 seconds"):
            claim()


@pytest.mark.parametrize(
    ("steps", "unclean"),
    [
        ([CLOSE], False),
        ([CLAIM, CLOSE], False),
        ([CLAIM, PART, CLOSE], True),
        ([CLAIM, PART, RELEASE, CLOSE], True),
        ([CLAIM, PART, RELEASE, LINGER, CLOSE], True),
        ([CLAIM, PART, ALL, RELEASE, CLOSE], False),
    ],
)
def test_a_cut_message_does_not_end_cleanly(steps: list[Do], unclean: bool) -> None:
    assert after(*steps).unclean is unclean


def test_how_a_connection_was_lost_is_remembered() -> None:
    state = HalfState()
    error = state.broken_error(OSError(errno.ECONNRESET, "reset"))
    assert isinstance(error, ConnectionBroken)
    state.broken_error(BrokenPipeError(errno.EPIPE, "pipe"))
    assert (state.failed, state.lost_by) == (True, errno.ECONNRESET)
    lost = state.lost_error()
    assert lost is not None
    assert lost.errno == errno.ECONNRESET
    state.peer_ended()
    assert state.lost_error() is None


def test_a_broken_pipe_alone_says_nothing_of_the_peer() -> None:
    state = HalfState()
    state.broken_error(BrokenPipeError(errno.EPIPE, "pipe"))
    assert state.lost_error() is None


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], Sending.FREE),
        ([CLAIM], Sending.FREE),
        ([CLAIM, PART], Sending.BROKEN),
        ([CLAIM, PART, RELEASE], Sending.BROKEN),
        ([SHUT_DOWN], Sending.ENDED),
        ([LINGER, SHUT_DOWN], Sending.ENDED),
        ([PEER_ENDED, SHUT_DOWN], Sending.PEER_ENDED),
    ],
)
def test_what_the_next_owner_finds(steps: list[Do], expected: Sending) -> None:
    state = after(*steps)
    state.bytes_received = 11
    successor = state.release()
    assert state.closed
    assert not successor.closed
    assert successor.sending is expected
    assert successor.receiving is Receiving.FREE
    assert successor.origin is state.origin is not HalfState().origin
    assert state.origin is not None
    assert successor.eof_sent == state.eof_sent
    assert (successor.bytes_received, successor.bytes_sent) == (11, 7)


def test_the_end_of_the_peer_comes_again_after_what_is_unread() -> None:
    assert after(PEER_ENDED).release().eof_received
    assert not after(PEER_ENDED).release(unread=True).eof_received


def test_the_table_leads_out_of_every_state_but_closed() -> None:
    for state in Sending:
        ways = {SENDING.get((state, step), state) for step in Step} - {state}
        assert ways or state is Sending.CLOSED
    reachable = {Sending.FREE, *SENDING.values()}
    assert reachable == set(Sending)


def test_a_new_state_has_nothing_behind_it() -> None:
    state = HalfState()
    flags = ("closed", "released", "eof_received", "eof_sent", "failed", "unclean")
    assert [getattr(state, name) for name in flags] == [False] * len(flags)
    counters = (state.bytes_received, state.bytes_sent, state.send_waits)
    assert counters == (0, 0, 0)
    assert state.allow_half_open
    assert state.lost_by is None
    assert state.expired is None


def test_both_directions_are_taken_and_given_back_together() -> None:
    state = HalfState()
    state.claim_both()
    assert (state.receiving, state.sending) == (Receiving.BUSY, Sending.BUSY)
    with pytest.raises(anyio.BusyResourceError):
        state.claim_both()
    state.release_both()
    assert (state.receiving, state.sending) == (Receiving.FREE, Sending.FREE)


@pytest.mark.parametrize("claim", [HalfState.claim_receiving, HalfState.claim_sending])
def test_both_directions_are_not_taken_while_one_is(claim: Do) -> None:
    with pytest.raises(anyio.BusyResourceError):
        after(claim).claim_both()


def test_a_direction_that_was_ended_is_taken_with_the_other() -> None:
    state = after(SHUT_DOWN)
    state.claim_both()
    assert (state.receiving, state.sending) == (Receiving.BUSY, Sending.ENDED)


@pytest.mark.parametrize(
    ("raised", "number", "reason", "words"),
    [
        (OSError(errno.ECONNRESET, "reset"), errno.ECONNRESET, None, "broken: .*reset"),
        (ssl.SSLError(1, "bad record"), errno.EPROTO, "WHY", "broken: .*bad record"),
        (anyio.BrokenResourceError(), None, None, "broken: BrokenResourceError"),
    ],
)
def test_what_a_stream_that_is_not_ours_raises(
    raised: Exception, number: int | None, reason: str | None, words: str
) -> None:
    """Only TLS has names for its reasons."""
    raised.reason = "WHY"  # type: ignore[attr-defined]
    error = HalfState().foreign_error(raised)
    assert isinstance(error, ConnectionBroken)
    assert (error.errno, error.reason) == (number, reason)
    assert re.search(words, str(error))


def test_what_fails_after_the_close_is_the_close() -> None:
    state = after(CLOSE)
    for error in (state.broken_error(OSError(5, "gone")), state.foreign_error(ValueError("x"))):
        assert isinstance(error, ConnectionClosed)
    assert not state.failed


def test_what_was_released_says_so() -> None:
    state = HalfState()
    state.release()
    assert "released to another owner" in str(state.closed_error())
    assert "released" not in str(after(CLOSE).closed_error())
