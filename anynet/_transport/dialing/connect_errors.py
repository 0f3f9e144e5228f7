"""The error of a connect that failed: which class, what it says, and what caused it."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Sequence

import attrs

from anynet._rules.checks import shown
from anynet._rules.options import ConnectOptions
from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import (
    ConnectDenied,
    ConnectError,
    ConnectionBroken,
    ConnectPathMissing,
    ConnectRefused,
    ConnectTimeline,
    ConnectTimeout,
    ConnectUnresolved,
    TLSCertificateError,
    TLSHandshakeError,
)

#: What the failure is where all attempts failed by one class of error; code that was written for
#: the sockets of Python or AnyIO catches that class.
_KINDS: tuple[tuple[type[OSError], type[ConnectError]], ...] = (
    (ConnectionRefusedError, ConnectRefused),
    (TimeoutError, ConnectTimeout),
    (PermissionError, ConnectDenied),
    (FileNotFoundError, ConnectPathMissing),
)

DEFAULT_HOST = "localhost"


def target_text(options: ConnectOptions) -> str:
    """What to connect to, for messages."""
    if options.path is not None:
        return shown(options.path)
    host, port = options.host or DEFAULT_HOST, options.port or 0
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def resolution_failure(target: str, error: OSError, timeline: ConnectTimeline) -> ConnectError:
    """The error when there is no address to try."""
    # A resolver of the program's own may raise any other OSError.
    kind = ConnectUnresolved if isinstance(error, socket.gaierror) else ConnectError
    message = f"cannot connect to {target}: {_reason(error)}"
    failure = kind(error.errno, message, target=target, timeline=timeline)
    failure.__cause__ = error
    return failure


def attempts_failure(target: str, timeline: ConnectTimeline) -> ConnectError:
    """The error when the attempts at all addresses failed."""
    errors = _errors(timeline)
    known = [error.errno for error in errors if error.errno is not None]
    failure = _kind(errors)(
        known[-1] if known else None,
        f"cannot connect to {target}: {_reasons(target, timeline)}",
        target=target,
        timeline=timeline,
    )
    failure.__cause__ = _cause(errors)
    return failure


def timeout_failure(target: str, seconds: float, timeline: ConnectTimeline) -> ConnectTimeout:
    """The error when ``connect_timeout`` was not enough."""
    reasons = _reasons(target, timeline) if timeline.attempts else "the name was not resolved"
    message = f"cannot connect to {target} within {seconds:g} seconds: {reasons}"
    failure = ConnectTimeout(errno.ETIMEDOUT, message, target=target, timeline=timeline)
    failure.__cause__ = _cause(_errors(timeline))
    return failure


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Step:
    """A step of a connect after the connection itself, and what its failures are called."""

    #: What did not come in time, with a place for the target.
    late: str
    #: What the peer has done, with a place for the target.
    ended: str

    def failure(self, target: str, error: Exception, timeline: ConnectTimeline) -> ConnectError:
        """The error when the peer ended the connection meanwhile, as ``error`` says."""
        number = error.errno if isinstance(error, ConnectionBroken) else None
        reason = os.strerror(number) if number else "it closed the connection"
        message = f"{self.ended.format(target)}: {reason}"
        failure = ConnectError(number, message, target=target, timeline=timeline)
        failure.__cause__ = error
        return failure

    def timeout(self, target: str, seconds: float, timeline: ConnectTimeline) -> ConnectTimeout:
        """The error when ``connect_timeout`` passed meanwhile."""
        message = f"{self.late.format(target)} within {seconds:g} seconds in all"
        return ConnectTimeout(errno.ETIMEDOUT, message, target=target, timeline=timeline)


TLS_HANDSHAKE = Step(
    late="no TLS handshake with {}", ended="the peer ended the TLS handshake with {}"
)
PROXY_HEADER = Step(
    late="the PROXY header was not sent to {}", ended="the peer did not take the PROXY header at {}"
)


def tls_failure(
    target: str, address: Address | None, error: ssl.SSLError, timeline: ConnectTimeline
) -> TLSHandshakeError:
    """The error when the two ends did not agree on TLS."""
    failure: TLSHandshakeError
    if isinstance(error, ssl.SSLCertVerificationError):
        failure = TLSCertificateError(error, target=target, address=address, timeline=timeline)
    else:
        failure = TLSHandshakeError(error, target=target, address=address, timeline=timeline)
    failure.__cause__ = error
    return failure


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
