"""What error a connect fails with, as a function of its timeline."""

from __future__ import annotations

import errno
import socket

import pytest

from anynet._rules.values.addresses import SocketAddress
from anynet._rules.values.errors import (
    AddressBlocked,
    ConnectAttempt,
    ConnectDenied,
    ConnectError,
    ConnectPathMissing,
    ConnectRefused,
    ConnectTimeline,
    ConnectTimeout,
    ConnectUnresolved,
)
from anynet._transport.dialing.connect_errors import (
    attempts_failure,
    resolution_failure,
    timeout_failure,
)

ADDRESSES = [SocketAddress(f"192.0.2.{number}", 80) for number in range(1, 4)]
REFUSED = OSError(errno.ECONNREFUSED, "refused")
TIMED_OUT = OSError(errno.ETIMEDOUT, "timed out")
DENIED = OSError(errno.EACCES, "denied")
FORBIDDEN = OSError(errno.EPERM, "forbidden")
MISSING = OSError(errno.ENOENT, "missing")
UNREACHABLE = OSError(errno.ENETUNREACH, "unreachable")
BLOCKED = AddressBlocked(ADDRESSES[0])
WITHOUT_TEXT = OSError()


def timeline(*errors: OSError) -> ConnectTimeline:
    attempts = tuple(
        ConnectAttempt(address=address, started=0.0, elapsed=0.0, error=error)
        for address, error in zip(ADDRESSES, errors, strict=False)
    )
    return ConnectTimeline(resolution_time=0.0, attempts=attempts, elapsed=0.0)


@pytest.mark.parametrize(
    ("errors", "kind", "code"),
    [
        ([REFUSED], ConnectRefused, errno.ECONNREFUSED),
        ([REFUSED, REFUSED], ConnectRefused, errno.ECONNREFUSED),
        ([TIMED_OUT], ConnectTimeout, errno.ETIMEDOUT),
        ([TIMED_OUT, TIMED_OUT], ConnectTimeout, errno.ETIMEDOUT),
        ([DENIED], ConnectDenied, errno.EACCES),
        ([DENIED, FORBIDDEN], ConnectDenied, errno.EPERM),
        ([MISSING], ConnectPathMissing, errno.ENOENT),
        ([REFUSED, DENIED], ConnectError, errno.EACCES),
        ([UNREACHABLE], ConnectError, errno.ENETUNREACH),
        ([REFUSED, TIMED_OUT], ConnectError, errno.ETIMEDOUT),
        ([UNREACHABLE, REFUSED], ConnectError, errno.ECONNREFUSED),
        ([REFUSED, BLOCKED], ConnectError, errno.ECONNREFUSED),
        ([BLOCKED], ConnectError, None),
        ([BLOCKED, BLOCKED], ConnectError, None),
        ([UNREACHABLE, WITHOUT_TEXT], ConnectError, errno.ENETUNREACH),
    ],
)
def test_attempts_that_failed(
    errors: list[OSError], kind: type[ConnectError], code: int | None
) -> None:
    failed = timeline(*errors)
    error = attempts_failure("example:80", failed)
    assert type(error) is kind
    assert error.errno == code
    assert error.timeline is failed
    assert error.target == "example:80"
    if len(errors) == 1:
        assert error.__cause__ is errors[0]
    else:
        assert isinstance(error.__cause__, ExceptionGroup)
        assert list(error.__cause__.exceptions) == errors


def test_the_message_names_the_target_and_each_address() -> None:
    error = attempts_failure("example:80", timeline(REFUSED, BLOCKED, WITHOUT_TEXT))
    assert error.strerror == (
        "cannot connect to example:80: 192.0.2.1:80: refused; "
        "192.0.2.2:80: the block list forbids 192.0.2.1:80; 192.0.2.3:80: OSError"
    )


def test_the_message_does_not_repeat_the_target() -> None:
    error = attempts_failure("192.0.2.1:80", timeline(REFUSED))
    assert error.strerror == "cannot connect to 192.0.2.1:80: refused"


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "nobody knows it"), ConnectUnresolved),
        (OSError(errno.EIO, "nobody knows it"), ConnectError),
    ],
    ids=["system", "resolver"],
)
def test_a_name_that_was_not_resolved(reason: OSError, kind: type[ConnectError]) -> None:
    error = resolution_failure("example:80", reason, timeline())
    assert type(error) is kind
    assert error.errno == reason.errno
    assert error.__cause__ is reason
    assert error.strerror == "cannot connect to example:80: nobody knows it"


def test_a_timeout_without_attempts() -> None:
    error = timeout_failure("example:80", 1.5, timeline())
    assert error.errno == errno.ETIMEDOUT
    assert error.__cause__ is None
    assert error.strerror == (
        "cannot connect to example:80 within 1.5 seconds: the name was not resolved"
    )
