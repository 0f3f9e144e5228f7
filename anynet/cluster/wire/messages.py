"""The messages between a primary and its workers: all there are, and the names they have.

A worker is told what to do (:class:`Setup`). It asks to listen (:class:`Listen`), gets what it
listens with (:class:`Opened`) or why not (:class:`Refused`), says that it does (:class:`Listening`)
and that it stopped (:class:`Close`, for each address). Its life is :class:`Online`,
:class:`Leaving` when it begins to end by itself, and :class:`Failed` when its program did; the
primary has it end with :class:`Drain`. A :class:`Message` is the users', either way, with a handle
if it has one.
"""

from __future__ import annotations

import errno
import socket
from typing import Any, Literal, TypeAlias

import attrs
from attrs.validators import in_, optional

from anynet._rules.checks import shown
from anynet._rules.values.value import Value
from anynet._transport.listening.unix_path import PathFile
from anynet.cluster.wire.codec import BadMessage, Codec, count, flag, mapping, seconds, text

#: How a worker gets its connections: passed by the primary, or accepted from a socket that all
#: workers share, or from one of its own.
How: TypeAlias = Literal["passed", "shared", "own"]


@attrs.frozen(eq=False, repr=False)
class Setup(Value):
    """What a worker is to know before it begins: the first message to it, and no environment
    variable, which may not be longer than 128 KiB, and goes on to what the worker starts."""

    extra: Any


@attrs.frozen(eq=False, repr=False)
class Online(Value):
    """A worker runs."""


@attrs.frozen(eq=False, repr=False)
class Listen(Value):
    """A worker wants to listen: workers that use the same ``key`` share where they do."""

    request: int = attrs.field(validator=count)
    key: str = attrs.field(validator=text)
    options: dict[str, Any] = attrs.field(validator=mapping)


def _to_files(values: Any) -> Any:
    return tuple(tuple(each) if isinstance(each, list) else each for each in values)


def _files(_owner: object, _field: object, files: tuple[object, ...]) -> None:
    for file in files:
        match file:
            case None | (str(), int(), int()):
                pass
            case _:
                raise ValueError(f"files must hold null or [path, device, inode], not {file}")


def _two_or_one_each(opened: Opened, _field: object, fds: tuple[int, ...]) -> None:
    if len(fds) != len(opened.files) * opened.fds_each:
        raise ValueError(f"{len(fds)} descriptors came for {len(opened.files)} addresses")


@attrs.frozen(eq=False, repr=False)
class Opened(Value):
    """What a worker listens with: for each address a file that was made for it, and descriptors.

    These are the socket that listens; before it, where connections are passed, the way they come.
    """

    request: int = attrs.field(validator=count)
    point: int = attrs.field(validator=count)
    how: How = attrs.field(validator=in_(("passed", "shared", "own")))
    files: tuple[PathFile | None, ...] = attrs.field(converter=_to_files, validator=_files)
    fds: tuple[int, ...] = attrs.field(default=(), validator=_two_or_one_each)

    @property
    def fds_each(self) -> int:
        """How many descriptors there are for an address."""
        return 2 if self.how == "passed" else 1


#: The exceptions that keep their class on the way; any other is an OSError with its number.
_ERRORS: dict[str, type[Exception]] = {
    each.__name__: each for each in (TimeoutError, ValueError, TypeError, NotImplementedError)
}


def _whole(_owner: object, field: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not int:
        raise TypeError(f"{field.name} must be a whole number, not {shown(value)}")


@attrs.frozen(eq=False, repr=False)
class Refused(Value):
    """Why a worker cannot listen: the class of the exception, its number if any, its text."""

    request: int = attrs.field(validator=count)
    error: str = attrs.field(validator=text)
    #: Those of failed look-ups are negative (EAI_NONAME).
    number: int | None = attrs.field(validator=optional(_whole))
    text: str = attrs.field(validator=text)

    @classmethod
    def by(cls, request: int, error: Exception) -> Refused:
        """Say ``error`` to the worker."""
        if isinstance(error, OSError) and type(error.errno) is int:
            return cls(request, "OSError", error.errno, str(error.strerror or error))
        return cls(request, type(error).__name__, None, str(error))

    def exception(self) -> Exception:
        """The exception again."""
        if self.error in _ERRORS:
            return _ERRORS[self.error](self.text)
        if self.number is not None and self.number < 0:
            return socket.gaierror(self.number, self.text)
        return OSError(errno.EINVAL if self.number is None else self.number, self.text)


@attrs.frozen(eq=False, repr=False)
class Listening(Value):
    """A worker listens at all the addresses of a point."""

    point: int = attrs.field(validator=count)


@attrs.frozen(eq=False, repr=False)
class Close(Value):
    """A worker does not listen at one of the addresses of a point any more."""

    point: int = attrs.field(validator=count)
    index: int = attrs.field(validator=count)


@attrs.frozen(eq=False, repr=False)
class Leaving(Value):
    """A worker has begun to end by itself."""


@attrs.frozen(eq=False, repr=False)
class Failed(Value):
    """What a worker's program failed with, in a line; ``unusable`` if another would fail too."""

    error: str = attrs.field(validator=text)
    unusable: bool = attrs.field(validator=flag)


@attrs.frozen(eq=False, repr=False)
class Drain(Value):
    """A worker is to end, and its connections within so many seconds; None for no hurry."""

    grace: float | None = attrs.field(validator=optional(seconds))


def _one_at_most(_owner: object, _field: object, fds: tuple[int, ...]) -> None:
    if len(fds) > 1:
        raise ValueError("it came with several handles")


@attrs.frozen(eq=False, repr=False)
class Message(Value):
    """What a program sent: a JSON value and perhaps a handle.

    ``state`` is what the kernel doesn't know about the handle, and ``unread`` what was received
    from it already.
    """

    content: Any
    state: Any = None
    unread: bytes = b""
    fds: tuple[int, ...] = attrs.field(default=(), validator=_one_at_most)


MESSAGES: dict[str, type[Any]] = {
    "setup": Setup,
    "online": Online,
    "listen": Listen,
    "opened": Opened,
    "refused": Refused,
    "listening": Listening,
    "close": Close,
    "leaving": Leaving,
    "failed": Failed,
    "drain": Drain,
    "message": Message,
}
CODEC = Codec(MESSAGES)

FromWorker: TypeAlias = Online | Listen | Listening | Close | Leaving | Failed | Message
FromPrimary: TypeAlias = Setup | Opened | Refused | Drain | Message
#: Whatever can come: a peer may send what only the other side does, and nonsense.
Received: TypeAlias = FromWorker | FromPrimary | BadMessage
