"""Every error of the package is copied and pickled with all that it says."""

from __future__ import annotations

import copy
import errno
import importlib
import pickle
import pkgutil
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

import anynet
from anynet import node
from anynet._rules.values.addresses import SocketAddress
from anynet._rules.values.errors import (
    AddressBlocked,
    ConnectAttempt,
    ConnectDenied,
    ConnectError,
    ConnectionBroken,
    ConnectionClosed,
    ConnectionEnded,
    ConnectPathMissing,
    ConnectRefused,
    ConnectTimeline,
    ConnectTimeout,
    ConnectUnresolved,
    DescriptorsTruncated,
    IdleTimeout,
    TLSCertificateError,
    TLSHandshakeError,
)
from anynet._rules.values.origins import Origin, origin_of
from anynet.cluster.settings.programs import UnguardedError
from anynet.framing import FrameTooLong, IncompleteFrame, UndecodableFrame
from anynet.node._emitters.abort import DOMException
from anynet.node._errors.classes import (
    AbortError,
    AggregateError,
    InvalidAddressFamily,
    NodeSystemError,
    NodeTypeError,
    UnhandledError,
)
from anynet.node._errors.thread_errors import DataCloneError
from anynet.node._tls.errors import AltnameError, DisconnectedError, TlsError

ORIGIN = Origin()
_TIMELINE = ConnectTimeline(
    resolution_time=0.5,
    attempts=(ConnectAttempt(address=SocketAddress("::1", 80), started=0.0, elapsed=1.0),),
    elapsed=1.5,
)


def _system_error() -> NodeSystemError:
    error = NodeSystemError("connect ECONNREFUSED ::1:80", "ECONNREFUSED", -111, "connect")
    error.address, error.port = "::1", 80
    return error


def _with_a_note() -> ConnectionBroken:
    error = ConnectionBroken(ORIGIN, "it is broken", errno.ECONNRESET)
    error.add_note("while a test ran")
    return error


def _certificate_error() -> TLSCertificateError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.reason, error.library = "CERTIFICATE_VERIFY_FAILED", "SSL"
    error.verify_code, error.verify_message = 62, "Hostname mismatch"
    return TLSCertificateError(error, target="x:80", address=None, timeline=_TIMELINE)


ERRORS: list[BaseException] = [
    ConnectionEnded(ORIGIN),
    _with_a_note(),
    ConnectionClosed(ORIGIN),
    IdleTimeout(ORIGIN, 2.5),
    AddressBlocked(SocketAddress("::1", 80)),
    ConnectError(None, "no number", timeline=_TIMELINE),
    ConnectRefused(errno.ECONNREFUSED, "refused", timeline=_TIMELINE),
    ConnectDenied(errno.EACCES, "denied", timeline=_TIMELINE),
    ConnectPathMissing(errno.ENOENT, "missing", timeline=_TIMELINE),
    ConnectUnresolved(socket.EAI_NONAME, "nobody knows it", timeline=_TIMELINE),
    ConnectPathMissing(errno.ENOENT, "missing", target="'/run/x'", timeline=_TIMELINE),
    ConnectDenied(errno.EACCES, "denied", target="'/run/x'", timeline=_TIMELINE),
    ConnectUnresolved(socket.EAI_NONAME, "unknown", target="x:80", timeline=_TIMELINE),
    ConnectTimeout(errno.ETIMEDOUT, "late", target="x:80", timeline=_TIMELINE),
    ConnectionBroken(ORIGIN, "it is broken", errno.EPROTO, reason="TLSV1_ALERT_UNKNOWN_CA"),
    TLSHandshakeError(ssl.SSLError(1, "wrong"), target="x:80", address=None, timeline=_TIMELINE),
    _certificate_error(),
    DescriptorsTruncated("too many"),
    UnguardedError(),
    IncompleteFrame(b"half a fr"),
    FrameTooLong(10, 20),
    UndecodableFrame("utf-8", b"a\xff", 1, 2, "invalid start byte"),
    NodeTypeError("a message", "ERR_SOME"),
    _system_error(),
    AggregateError([ValueError("one")], "all of them"),
    AbortError(cause="a reason"),
    UnhandledError({"what": 1}),
    InvalidAddressFamily(5, "host", 80),
    DOMException("too late", "TimeoutError"),
    DataCloneError("it could not be cloned"),
    TlsError("wrong version number", "ERR_SSL_WRONG_VERSION_NUMBER", "SSL routines", "wrong"),
    AltnameError("Host: x. is not in the cert's list", "x", {"subject": {"CN": "y"}}),
    DisconnectedError("it ended before the handshake did", {"host": "x", "port": 443}),
]


def _pickled(error: BaseException) -> Any:
    return pickle.loads(pickle.dumps(error))


def _said(error: BaseException) -> tuple[object, ...]:
    values = {name: repr(each) for name, each in error.__dict__.items() if name != "origin"}
    return type(error), str(error), error.args, getattr(error, "errno", None), values


@pytest.mark.parametrize("remake", [copy.copy, copy.deepcopy, _pickled])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_made_again_says_the_same(
    error: BaseException, remake: Callable[[BaseException], BaseException]
) -> None:
    other = remake(error)
    assert _said(other) == _said(error)
    if hasattr(error, "origin") and remake is not _pickled:
        assert origin_of(other) is origin_of(error)


def _fail() -> None:
    raise _with_a_note()


def test_the_error_of_another_process_arrives_and_is_of_no_connection_here() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        with pytest.raises(ConnectionBroken, match="it is broken") as caught:
            pool.submit(_fail).result()
    assert caught.value.errno == errno.ECONNRESET
    assert type(caught.value.origin) is Origin


#: A warning refers to a live emitter; the errors never leave the adapter, and the command.
_NEITHER = {
    *("MaxListenersExceededWarning", "OptionWarning", "AttemptStoppedError", "CommandError"),
}


def _own_exceptions() -> Iterator[type[BaseException]]:
    for package in (anynet, node):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if found.name.endswith("__main__"):
                continue
            for value in vars(importlib.import_module(found.name)).values():
                is_own = isinstance(value, type) and value.__module__.startswith("anynet.")
                if is_own and issubclass(value, BaseException):
                    yield value


def test_no_class_of_errors_has_been_forgotten() -> None:
    own_init = {each for each in _own_exceptions() if "__init__" in vars(each)}
    tried = {cls for error in ERRORS for cls in type(error).__mro__}
    assert {each.__name__ for each in own_init - tried} == _NEITHER
