"""The classes of the adapter's errors."""

from __future__ import annotations

from collections.abc import Sequence

from anynet._rules.values.portable import Portable
from anynet.node._errors.values import inspect, template_text


class NodeError(Portable, Exception):
    """An error as Node reports it: ``code`` is Node's code and ``str(error)`` its message."""

    name = "Error"

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    def __str__(self) -> str:
        return self.message


class NodeTypeError(NodeError, TypeError):
    """A value of a wrong type, or one that cannot be used at all."""

    name = "TypeError"


class NodeRangeError(NodeError, ValueError):
    """A value out of the range of what is allowed."""

    name = "RangeError"


class NodeSystemError(NodeError, OSError):
    """A failed system call: ``connect ECONNREFUSED 127.0.0.1:80``.

    ``errno`` is negative, as Node has it. ``address``, ``port``, ``localAddress``, ``localPort``
    and ``hostname`` are None where the error has none. A port is what the program gave, even if
    that was no whole number.
    """

    def __init__(self, message: str, code: str, errno: int, syscall: str) -> None:
        super().__init__(message, code)
        self.errno: int | None = errno
        self.syscall: str = syscall
        self.address: str | None = None
        self.port: float | None = None
        self.localAddress: str | None = None
        self.localPort: float | None = None
        self.hostname: str | None = None


class AggregateError(NodeError):
    """Every attempt to connect failed: ``errors`` holds each failure; ``code`` is the first's."""

    name = "AggregateError"

    def __init__(self, errors: Sequence[Exception], message: str = "") -> None:
        super().__init__(message, getattr(errors[0], "code", "") if errors else "")
        self.errors: list[Exception] = list(errors)


class AbortError(NodeError):
    """What was under way has been aborted; ``cause`` is the reason of the signal."""

    name = "AbortError"

    def __init__(self, message: str = "The operation was aborted", cause: object = None) -> None:
        super().__init__(message, "ABORT_ERR")
        self.cause: object = cause
        if isinstance(cause, BaseException):
            self.__cause__: BaseException | None = cause


class UnhandledError(NodeError):
    """An ``error`` event without a listener, and with something that is not an exception.

    ``context`` is what was emitted.
    """

    def __init__(self, context: object) -> None:
        super().__init__(f"Unhandled error. ({inspect(context)})", "ERR_UNHANDLED_ERROR")
        self.context = context


class InvalidAddressFamily(NodeRangeError):
    """A lookup answered with an address family that is neither 4 nor 6."""

    def __init__(self, family: object, host: str, port: int) -> None:
        message = f"Invalid address family: {template_text(family)} {host}:{port}"
        super().__init__(message, "ERR_INVALID_ADDRESS_FAMILY")
        self.host = host
        self.port = port
