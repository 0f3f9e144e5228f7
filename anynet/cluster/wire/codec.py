"""One codec for all messages between processes: a frozen class for each, and a table of names.

A frame holds ``[name, field, …]``. Two fields of a message are not in the JSON: ``unread``, the
bytes behind it, and ``fds``, the descriptors beside it. What a field may hold is said by the
validators of its class, so a message that exists is one that makes sense; whatever else comes is a
:class:`BadMessage`, a value and no exception: another process sent it, and what becomes of that one
is for the state machines to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from anynet._rules.checks import shown
from anynet.cluster.wire.frames import Frame

_BESIDE_JSON = ("unread", "fds")


@attrs.frozen
class BadMessage:
    """What came is no message: why, and the descriptors that came with it."""

    reason: str
    fds: tuple[int, ...] = ()


class Codec:
    """Messages to frames and back: ``classes`` by the names that they have on the wire."""

    def __init__(self, classes: Mapping[str, type[Any]]) -> None:
        self.classes: dict[str, type[Any]] = dict(classes)
        self._names = {each: name for name, each in classes.items()}
        self._fields = {each: attrs.fields_dict(each) for each in classes.values()}

    def encode(self, message: Any) -> Frame:
        """The frame of a message."""
        fields = self._fields[type(message)]
        values = [getattr(message, name) for name in fields if name not in _BESIDE_JSON]
        return Frame(
            message=[self._names[type(message)], *values],
            extra=message.unread if "unread" in fields else b"",
            fds=message.fds if "fds" in fields else (),
        )

    def decode(self, frame: Frame) -> Any:
        """The message of a frame, or :class:`BadMessage`."""
        match frame.message:
            case [str(name), *values] if name in self.classes:
                kind = self.classes[name]
            case _:
                reason = f"a frame holds no message: {shown(frame.message)}"
                return BadMessage(reason, frame.fds)
        fields = self._fields[kind]
        named = [each for each in fields if each not in _BESIDE_JSON]
        if len(values) != len(named):
            return BadMessage(f"{name!r} has {len(values)} fields", frame.fds)
        if (frame.fds and "fds" not in fields) or (frame.extra and "unread" not in fields):
            return BadMessage(f"{name!r} came with more than it may have", frame.fds)
        arguments = dict(zip(named, values, strict=True))
        if "fds" in fields:
            arguments["fds"] = frame.fds
        if "unread" in fields:
            arguments["unread"] = frame.extra
        try:
            return kind(**arguments)
        except Exception as error:  # Whatever a converter or a validator makes of it.
            return BadMessage(f"{name!r} makes no sense: {error}", frame.fds)


# -- what fields may hold: validators of attrs -----------------------------------------------------


def count(_owner: object, field: attrs.Attribute[Any], value: object) -> None:
    """A whole number from 0 on."""
    if type(value) is not int or value < 0:  # JSON's true is no number.
        raise ValueError(f"{field.name} must be a number from 0 on, not {shown(value)}")


def text(_owner: object, field: attrs.Attribute[Any], value: object) -> None:
    """A string."""
    if not isinstance(value, str):
        raise TypeError(f"{field.name} must be a string, not {shown(value)}")


def flag(_owner: object, field: attrs.Attribute[Any], value: object) -> None:
    """True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{field.name} must be true or false, not {shown(value)}")


def mapping(_owner: object, field: attrs.Attribute[Any], value: object) -> None:
    """An object of JSON."""
    if not isinstance(value, dict):
        raise TypeError(f"{field.name} must be an object, not {shown(value)}")


def seconds(_owner: object, field: attrs.Attribute[Any], value: object) -> None:
    """A time from 0 on; JSON has no infinity, but Python's parser knows one."""
    if type(value) not in (int, float) or not 0 <= value < float("inf"):  # type: ignore[operator]
        raise ValueError(f"{field.name} must be seconds from 0 on, not {shown(value)}")
