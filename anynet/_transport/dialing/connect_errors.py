"""The error of a connect that failed: which class, what it says, and what caused it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence

from anynet._rules.values.errors import (
    ConnectDenied,
    ConnectError,
    ConnectionBroken,
    ConnectPathMissing,
    ConnectRefused,
    ConnectTimeline,
    ConnectTimeout,
    ConnectUnresolved,
)

#: What the failure is where all attempts failed by one class of error; code that was written for
#: the sockets of Python or AnyIO catches that class.
_KINDS: tuple[tuple[type[OSError], type[ConnectError]], ...] = (
    (ConnectionRefusedError, ConnectRefused),
    (TimeoutError, ConnectTimeout),
    (PermissionError, ConnectDenied),
    (FileNotFoundError, ConnectPathMissing),
)


def resolution_failure(target: str, error: OSError, timeline: ConnectTimeline) -> ConnectError:
    """The error when there is no address to try."""
    # A resolver of the program's own may raise any other OSError.
    kind = ConnectUnresolved if isinstance(error, socket.gaierror) else ConnectError
    failure = kind(error.errno, f"cannot connect to {target}: {_reason(error)}", timeline=timeline)
    failure.__cause__ = error
    return failure


def attempts_failure(target: str, timeline: ConnectTimeline) -> ConnectError:
    """The error when the attempts at all addresses failed."""
    errors = _errors(timeline)
    known = [error.errno for error in errors if error.errno is not None]
    failure = _kind(errors)(
        known[-1] if known else None,
        f"cannot connect to {target}: {_reasons(target, timeline)}",
        timeline=timeline,
    )
    failure.__cause__ = _cause(errors)
    return failure


def timeout_failure(target: str, seconds: float, timeline: ConnectTimeline) -> ConnectTimeout:
    """The error when ``connect_timeout`` was not enough."""
    reasons = _reasons(target, timeline) if timeline.attempts else "the name was not resolved"
    failure = ConnectTimeout(
        errno.ETIMEDOUT,
        f"cannot connect to {target} within {seconds:g} seconds: {reasons}",
        timeline=timeline,
    )
    failure.__cause__ = _cause(_errors(timeline))
    return failure


def handshake_failure(error: Exception, timeline: ConnectTimeline) -> ConnectError:
    """The error when the peer ended the TLS handshake, as ``error`` says."""
    number = error.errno if isinstance(error, ConnectionBroken) else None
    failure = ConnectError(number, "the peer ended the TLS handshake", timeline=timeline)
    failure.__cause__ = error
    return failure


def handshake_timeout(seconds: float, timeline: ConnectTimeline) -> ConnectTimeout:
    """The error when ``connect_timeout`` passed during the TLS handshake."""
    return _late("no TLS handshake", seconds, timeline)


def header_failure(error: Exception, timeline: ConnectTimeline) -> ConnectError:
    """The error when the peer ended the connection before the PROXY header was sent."""
    number = error.errno if isinstance(error, ConnectionBroken) else None
    failure = ConnectError(number, "the peer did not take the PROXY header", timeline=timeline)
    failure.__cause__ = error
    return failure


def header_timeout(seconds: float, timeline: ConnectTimeline) -> ConnectTimeout:
    """The error when ``connect_timeout`` passed before the PROXY header was sent."""
    return _late("the PROXY header was not sent", seconds, timeline)


def _late(what: str, seconds: float, timeline: ConnectTimeline) -> ConnectTimeout:
    message = f"{what} within {seconds:g} seconds in all"
    return ConnectTimeout(errno.ETIMEDOUT, message, timeline=timeline)


def _errors(timeline: ConnectTimeline) -> list[OSError]:
    return [attempt.error for attempt in timeline.attempts if attempt.error is not None]


def _kind(errors: Sequence[OSError]) -> type[ConnectError]:
    for reason, kind in _KINDS:
        if errors and all(isinstance(error, reason) for error in errors):
            return kind
    return ConnectError


def _cause(errors: Sequence[OSError]) -> Exception | None:
    if len(errors) > 1:
        return ExceptionGroup("all attempts to connect failed", errors)
    return errors[0] if errors else None


def _reasons(target: str, timeline: ConnectTimeline) -> str:
    reasons = []
    for attempt in timeline.attempts:
        reason = "given up" if attempt.error is None else _reason(attempt.error)
        is_target = isinstance(attempt.address, str) or str(attempt.address) == target
        reasons.append(reason if is_target else f"{attempt.address}: {reason}")
    return "; ".join(reasons)


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
