"""What is decided about the next connection: errno, fullness, policy and block list, row by row."""

from __future__ import annotations

import errno
import os

import pytest

from anynet._rules.policy.accepting import (
    CONNECTION,
    FAILED_CONNECTION,
    FIRST_DELAY,
    MAX_FAILED,
    MAX_UNEXPLAINED,
    NO_CONNECTION,
    SHORTAGES,
    Backoff,
    BackoffState,
    Decision,
    OverloadPolicy,
    decide,
    is_blocked,
)
from anynet._rules.values.addresses import Address, SocketAddress
from anynet._rules.values.block_list import BlockList

FRIEND = SocketAddress("192.0.2.1", 5000)
ENEMY = SocketAddress("10.1.2.3", 5000)
MAPPED_ENEMY = SocketAddress("::ffff:10.1.2.3", 5000)
ACCEPTED, BLOCKED, ADDRESS_FULL, TOO_FAST, DROPPED, *_REST = Decision
PASSED_OVER, WAIT_FOR_SLOT, WAIT_FOR_PEER, BROKEN = _REST


@pytest.mark.parametrize(
    ("result", "full", "policy", "blocked", "expected"),
    [
        # Before accept(2), and where it found nothing: what to wait for.
        (NO_CONNECTION, False, "pause", False, WAIT_FOR_PEER),
        (NO_CONNECTION, False, "drop", False, WAIT_FOR_PEER),
        (NO_CONNECTION, True, "pause", False, WAIT_FOR_SLOT),
        (NO_CONNECTION, True, "drop", False, WAIT_FOR_PEER),
        # A connection: one that was accepted cannot go back to the backlog.
        (CONNECTION, False, "pause", False, ACCEPTED),
        (CONNECTION, False, "drop", False, ACCEPTED),
        (CONNECTION, True, "pause", False, DROPPED),
        (CONNECTION, True, "drop", False, DROPPED),
        # The block list comes first: a blocked peer is never reported as dropped.
        (CONNECTION, False, "pause", True, BLOCKED),
        (CONNECTION, False, "drop", True, BLOCKED),
        (CONNECTION, True, "pause", True, BLOCKED),
        (CONNECTION, True, "drop", True, BLOCKED),
    ],
)
def test_what_becomes_of_a_connection(
    result: int, full: bool, policy: OverloadPolicy, blocked: bool, expected: Decision
) -> None:
    assert decide(result, full=full, policy=policy, blocked=blocked) is expected


@pytest.mark.parametrize(
    ("blocked", "address_full", "too_fast", "full", "expected"),
    [
        (False, False, False, False, ACCEPTED),
        (False, True, False, False, ADDRESS_FULL),
        (False, False, True, False, TOO_FAST),
        (False, True, True, False, ADDRESS_FULL),
        # Of a crowd from one address it is said that it is one, though it has filled the server.
        (False, True, False, True, ADDRESS_FULL),
        (False, False, True, True, TOO_FAST),
        (True, True, True, True, BLOCKED),
    ],
)
def test_the_limits_of_an_address_come_between(
    blocked: bool, address_full: bool, too_fast: bool, full: bool, expected: Decision
) -> None:
    decision = decide(
        CONNECTION,
        full=full,
        blocked=blocked,
        address_full=address_full,
        address_too_fast=too_fast,
    )
    assert decision is expected


SHORT_OF_SPACE = Backoff(FIRST_DELAY, refuse_waiting=True)
UNEXPLAINED = Backoff(FIRST_DELAY)
BY_ERRNO = [
    (errno.ECONNABORTED, PASSED_OVER),
    (errno.EPROTO, PASSED_OVER),
    (errno.EPERM, PASSED_OVER),
    (errno.ENETDOWN, PASSED_OVER),
    (errno.ENETUNREACH, PASSED_OVER),
    (errno.EHOSTDOWN, PASSED_OVER),
    (errno.EHOSTUNREACH, PASSED_OVER),
    (errno.ENONET, PASSED_OVER),
    (errno.ENOPROTOOPT, PASSED_OVER),
    (errno.EOPNOTSUPP, PASSED_OVER),
    (errno.EMFILE, SHORT_OF_SPACE),
    (errno.ENFILE, SHORT_OF_SPACE),
    (errno.ENOBUFS, SHORT_OF_SPACE),
    (errno.ENOMEM, SHORT_OF_SPACE),
    (errno.ETIMEDOUT, PASSED_OVER),
    (errno.ECONNRESET, PASSED_OVER),
    (errno.EPROTONOSUPPORT, PASSED_OVER),
    (errno.ESOCKTNOSUPPORT, PASSED_OVER),
    (errno.ENOSR, SHORT_OF_SPACE),
    (errno.EINVAL, UNEXPLAINED),
    (errno.EIO, UNEXPLAINED),
    (errno.EFAULT, UNEXPLAINED),
    (errno.EBADF, BROKEN),
    (errno.ENOTSOCK, BROKEN),
]


@pytest.mark.parametrize("policy", ["pause", "drop"])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("number", "expected"), BY_ERRNO, ids=[errno.errorcode[row[0]] for row in BY_ERRNO]
)
def test_an_error_of_accept(
    number: int, expected: Decision | Backoff, full: bool, policy: OverloadPolicy
) -> None:
    """Whether the server is full makes no difference: there is no connection to admit."""
    assert decide(number, full=full, policy=policy) == expected


def test_every_error_that_is_known_has_a_row() -> None:
    rows = {number for number, expected in BY_ERRNO if expected not in (BROKEN, UNEXPLAINED)}
    assert rows == FAILED_CONNECTION | SHORTAGES


@pytest.mark.parametrize(
    ("number", "state", "expected"),
    [
        (errno.ECONNABORTED, BackoffState(failed=1), PASSED_OVER),
        (errno.ECONNABORTED, BackoffState(failed=MAX_FAILED - 1), PASSED_OVER),
        (errno.ECONNABORTED, BackoffState(failed=MAX_FAILED), Backoff(FIRST_DELAY)),
        (errno.EMFILE, BackoffState(delay=0.4), Backoff(0.4, refuse_waiting=True)),
        # The last pause is over, or was cut short by a connection that ended.
        (errno.EMFILE, BackoffState(delay=0.4, remaining=-1), Backoff(0.4, refuse_waiting=True)),
        (errno.EMFILE, BackoffState(delay=0.4, remaining=0), Backoff(0.4, refuse_waiting=True)),
        (errno.EMFILE, BackoffState(delay=0.4, remaining=0.1), Backoff(0.1)),
        (errno.EMFILE, BackoffState(failed=MAX_FAILED, remaining=0.1), Backoff(0.1)),
        (errno.EBADF, BackoffState(failed=MAX_FAILED, remaining=0.1), BROKEN),
        (errno.EINVAL, BackoffState(unexplained=1), Backoff(FIRST_DELAY)),
        (errno.EINVAL, BackoffState(unexplained=MAX_UNEXPLAINED), Backoff(FIRST_DELAY)),
        (errno.EINVAL, BackoffState(unexplained=MAX_UNEXPLAINED + 1), BROKEN),
        (errno.EMFILE, BackoffState(unexplained=MAX_UNEXPLAINED + 1), SHORT_OF_SPACE),
        (errno.EPROTO, BackoffState(unexplained=MAX_UNEXPLAINED + 1), PASSED_OVER),
    ],
)
def test_errors_after_errors(
    number: int, state: BackoffState, expected: Decision | Backoff
) -> None:
    assert decide(number, backoff=state) == expected


def test_would_block_is_no_connection() -> None:
    with pytest.raises(BlockingIOError):
        raise OSError(NO_CONNECTION, os.strerror(NO_CONNECTION))


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        (FRIEND, False),
        (ENEMY, True),
        (MAPPED_ENEMY, True),
        ("10.1.2.3", False),
        ("/run/app.sock", False),
        ("", False),
        (None, False),
    ],
)
def test_who_is_blocked(remote: Address | None, expected: bool) -> None:
    block_list = BlockList()
    block_list.add_subnet("10.0.0.0/8")
    assert is_blocked(remote, block_list) is expected
    assert not is_blocked(remote, None)


def test_a_rule_added_later_counts() -> None:
    block_list = BlockList()
    assert not is_blocked(FRIEND, block_list)
    block_list.add_address(FRIEND)
    assert is_blocked(FRIEND, block_list)
