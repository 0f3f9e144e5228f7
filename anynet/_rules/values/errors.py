"""The errors of connections: AnyIO's stream exceptions and OSErrors that know where they come from.

Every error that a connection raises about itself carries the mark of that connection (``origin``),
so that a server can tell a failure of one peer from a failure of something else. A stream over it
that finds fault with what the peer sent has it from ``ConnectionAttribute.origin``.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import anyio
import attrs
from anyio import TypedAttributeSet, typed_attribute

from anynet._rules.values.addresses import Address
from anynet._rules.values.origins import Origin
from anynet._rules.values.portable import Portable
from anynet._rules.values.value import Value


class ConnectionAttribute(TypedAttributeSet):
    """What a connection tells the streams over it, through any that pass attributes on."""

    #: What the errors of the connection carry as their ``origin``.
    origin: object = typed_attribute()


class ConnectionEnded(Portable, anyio.EndOfStream):
    """The peer sent its end-of-stream and everything before it has been received."""

    def __init__(self, origin: Origin) -> None:
        super().__init__("the peer ended its side of the connection")
        self.origin = origin


class ConnectionBroken(Portable, anyio.BrokenResourceError):
    """The connection was lost, or a send on it was cut off half-way.

    ``errno`` is the error number of the failed system call, or None when there was none;
    ``reason`` is OpenSSL's name for what was wrong, such as ``"TLSV1_ALERT_UNKNOWN_CA"``, where
    TLS broke it. The :class:`OSError` itself, where there was one, is the ``__cause__``.
    """

    def __init__(
        self,
        origin: Origin,
        message: str,
        errno: int | None = None,
        *,
        reason: str | None = None,
    ) -> None:
        super().__init__(message)
        self.origin = origin
        self.errno = errno
        self.reason = reason


class ConnectionClosed(Portable, anyio.ClosedResourceError):
    """The connection was closed on this side, perhaps while the operation was waiting."""

    def __init__(
        self, origin: Origin, message: str = "the connection has been closed on this side"
    ) -> None:
        super().__init__(message)
        self.origin = origin


class ConnectionExpired(Portable, TimeoutError):
    """A time limit of the connection closed it: one of the subclasses.

    ``option`` is the name of the limit, ``seconds`` its value. What ``anyio.fail_after`` raises is
    a plain :exc:`TimeoutError`.
    """

    #: The name of the option.
    option: str
    #: Whether the peer sees a reset rather than an end.
    resets: bool = True
    _reason: str

    def __init__(self, origin: Origin, seconds: float) -> None:
        super().__init__(f"{self._reason} {seconds:g} seconds ({self.option})")
        self.origin = origin
        self.seconds = seconds


class IdleTimeout(ConnectionExpired):
    """Nothing was sent or received for ``idle_timeout`` seconds, so the connection was closed."""

    option = "idle_timeout"
    resets = False  # Nothing is under way that a clean end could cut off.
    _reason = "nothing was sent or received for"


class ReceiveTimeout(ConnectionExpired):
    """An operation waited ``receive_timeout`` seconds for the peer, and it sent nothing."""

    option = "receive_timeout"
    _reason = "nothing came from the peer while an operation waited for it for"


class SendTimeout(ConnectionExpired):
    """A send waited ``send_timeout`` seconds for the peer, and nothing of it went out."""

    option = "send_timeout"
    _reason = "the peer took nothing while an operation waited to send for"


class LifetimeExceeded(ConnectionExpired):
    """The connection had been open for ``max_lifetime`` seconds."""

    option = "max_lifetime"
    _reason = "the connection has been open for"


class PeerTooSlow(ConnectionBroken):
    """The peer did not take what an :class:`Outbox` held for it, which was given up for that."""


class HandlerStopped(RuntimeError):
    """A handler was ended from inside by what only its server, or its event loop, should use.

    A cancellation that nobody around the server asked for (the ``CancelledError`` of another task
    that the handler waited for, or a ``task.cancel()`` of asyncio on the handler's own), or a
    :exc:`GeneratorExit`. It is the ``__cause__``.
    """


class AddressBlocked(Portable, OSError):
    """A block list forbids connecting to ``address``."""

    def __init__(self, address: Address) -> None:
        super().__init__(f"the block list forbids {address}")
        self.address = address


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConnectAttempt(Value):
    """One attempt of a connect: where to, how it went, and when (seconds).

    - ``address``: where to.
    - ``started``: seconds from the start of the connect to the start of this attempt.
    - ``elapsed``: seconds that the attempt took.
    - ``error``: what stopped it; None for the attempt that succeeded, or was given up for one that
      did.
    """

    address: Address
    started: float
    elapsed: float
    error: OSError | None = None

    @property
    def errno(self) -> int | None:
        """The error number of what stopped it, when the system gave one."""
        return None if self.error is None else self.error.errno

    def __str__(self) -> str:
        outcome = "connected or given up" if self.error is None else str(self.error)
        return f"{self.address} at {self.started:.3f} s for {self.elapsed:.3f} s: {outcome}"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConnectTimeline(Value):
    """What a connect did and when: the name resolution, then each attempt in order of its start.

    - ``resolution_time``: seconds that the name resolution took; 0 when there was nothing to
      resolve.
    - ``attempts``: one :class:`ConnectAttempt` for each that was begun.
    - ``elapsed``: seconds in all.
    """

    resolution_time: float
    attempts: tuple[ConnectAttempt, ...]
    elapsed: float

    def __str__(self) -> str:
        lines = [f"resolved in {self.resolution_time:.3f} s"]
        lines += [str(attempt) for attempt in self.attempts]
        return "; ".join(lines)


class ConnectError(Portable, anyio.ConnectionFailed):
    """No connection could be made.

    It is an :class:`OSError`; ``errno`` is that of the last attempt that the system refused. Where
    all attempts failed for one of the reasons that Python has a class for, it is of that class too:
    see the subclasses. ``target`` is what was to be connected to, as text; ``timeline`` says what
    was tried, when, and how each attempt failed. The ``__cause__`` is the single failure, or an
    :class:`ExceptionGroup` of all of them.
    """

    def __init__(
        self,
        errno: int | None,
        message: str,
        *,
        target: str | None = None,
        timeline: ConnectTimeline | None = None,
    ) -> None:
        super().__init__(errno, message) if errno is not None else super().__init__(message)
        self.target = target
        self.timeline = timeline


class ConnectRefused(ConnectError, ConnectionRefusedError):
    """Every address refused the connection (ECONNREFUSED)."""


class ConnectTimeout(ConnectError, TimeoutError):
    """No connection within ``connect_timeout`` seconds, or every attempt timed out (ETIMEDOUT)."""


class ConnectDenied(ConnectError, PermissionError):
    """The system permits none of the connections (EACCES or EPERM), say, to a Unix path."""


class ConnectPathMissing(ConnectError, FileNotFoundError):
    """There is nothing at the Unix path to connect to (ENOENT)."""


class ConnectUnresolved(ConnectError, socket.gaierror):
    """The name of the host could not be resolved; ``errno`` is an ``EAI_`` number of ``socket``."""


class TLSHandshakeError(Portable, ssl.SSLError):
    """The TLS handshake of a connect failed: the peer speaks no TLS, or none that both accept.

    ``reason`` and ``library`` are OpenSSL's names for it, such as ``"WRONG_VERSION_NUMBER"`` and
    ``"SSL"``. ``target`` is what was connected to, as text, ``address`` the one of its addresses
    that answered, ``timeline`` what was tried. The ``__cause__`` is the error of the handshake. It
    is no :exc:`ConnectError`, as to try again would not help.
    """

    def __init__(
        self,
        error: ssl.SSLError,
        *,
        target: str,
        address: Address | None,
        timeline: ConnectTimeline,
    ) -> None:
        number = 1 if error.errno is None else error.errno
        message = f"the TLS handshake with {target} failed: {error}"
        super().__init__(number, message)
        self.reason: str = getattr(error, "reason", None) or ""
        self.library: str = getattr(error, "library", None) or ""
        self.target = target
        self.address = address
        self.timeline = timeline


class TLSCertificateError(TLSHandshakeError, ssl.SSLCertVerificationError):
    """The certificate of the peer does not verify, or is for another name.

    ``verify_code`` and ``verify_message`` are OpenSSL's, as in the standard library.
    """

    def __init__(
        self,
        error: ssl.SSLCertVerificationError,
        *,
        target: str,
        address: Address | None,
        timeline: ConnectTimeline,
    ) -> None:
        super().__init__(error, target=target, address=address, timeline=timeline)
        self.verify_code: int = error.verify_code
        self.verify_message: str = error.verify_message


class DescriptorsTruncated(Portable, OSError):
    """A message carried more descriptors than asked for; those received have been closed."""

    #: The mark of the connection, once it is known.
    origin: Origin | None = None


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from, each once.

    Only explicit causes count: an error that merely came up while another was being handled is a
    failure of its own.
    """
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The single errors inside of a possibly nested group; a plain error is its own leaf."""
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from leaves(part)
    else:
        yield error
