"""The options of streams: checked once, when a stream is made, and frozen from then on.

Rules that live here, each Node's: an option that is None is treated as absent, and in a stream of
two sides ``highWaterMark`` outranks the marks of the sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from anynet.node._errors.errors import invalid_arg_value
from anynet.node._streams.encoding import require_encoding

DEFAULT_HIGH_WATER_MARK = 65536


class StreamOptions(NamedTuple):
    """What a stream is made of. One object may serve any number of streams.

    A tuple, since each stream that a program makes has one of its own: a frozen class of attrs
    takes three times as long to make (measured: 6.6 against 2.4 µs).
    """

    #: How much is read ahead, in bytes.
    readable_high_water_mark: int = DEFAULT_HIGH_WATER_MARK
    #: From how many waiting bytes ``write`` answers False.
    writable_high_water_mark: int = DEFAULT_HIGH_WATER_MARK
    #: False: there is no such side.
    readable: bool = True
    writable: bool = True
    #: False: the end of the reading side ends the writing side.
    allow_half_open: bool = True
    #: Whether the source pushes from the beginning, without being asked by ``_read``.
    source_pushes: bool = False
    #: False: the owner emits ``close`` by itself.
    emit_close: bool = True
    #: Whether the stream is destroyed once both sides have ended, or when it fails.
    auto_destroy: bool = True
    #: The encoding of what is read, by Node's name; None for bytes.
    encoding: str | None = None
    #: The encoding of strings that are written without one.
    default_encoding: str = "utf8"
    #: Whether strings count towards the mark by their length in JavaScript, not by their bytes:
    #: what Node does where ``decodeStrings`` is False, as it is for sockets.
    counts_characters: bool = False
    #: Aborting it destroys the stream.
    signal: Any = None
    #: What stands for the methods ``_read``, ``_write``, … of a subclass, without the underscore.
    functions: Mapping[str, Callable[..., object]] = {}


def _not_false(value: object) -> bool:
    """Only False turns such an option off, not what is merely falsy."""
    return value is not False


def _as_given(value: object) -> object:
    return value


def optional_encoding(value: object) -> str | None:
    """Of what is read: None, for bytes, where JavaScript takes it for false."""
    return None if value in (None, False, "") else require_encoding(value)


#: An option by its name in Node: the field that it sets, and what makes its value.
_Table: TypeAlias = Mapping[str, tuple[str, Callable[[Any], object]]]
_ALL: _Table = {
    "emitClose": ("emit_close", _not_false),
    "autoDestroy": ("auto_destroy", _not_false),
    "signal": ("signal", _as_given),
}
_READABLE: _Table = {**_ALL, "encoding": ("encoding", optional_encoding)}
_WRITABLE: _Table = {**_ALL, "defaultEncoding": ("default_encoding", require_encoding)}
_DUPLEX: _Table = {
    **_READABLE,
    **_WRITABLE,
    "readable": ("readable", _not_false),
    "writable": ("writable", _not_false),
    "allowHalfOpen": ("allow_half_open", _not_false),
}
_SOURCE = frozenset({"read", "destroy"})
_SINK = frozenset({"write", "writev", "final", "destroy"})


_DEFAULTS = StreamOptions()


def merged_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """Options from a mapping and from keyword arguments; None is treated as absent."""
    found = {**(options or {}), **more}
    return {name: value for name, value in found.items() if value is not None}


def readable_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> StreamOptions:
    """The options of a stream that is only read. Raises ``ERR_INVALID_ARG_VALUE``."""
    found = merged_options(options, more)
    mark = high_water_mark(found)
    fields = _fields(found, _READABLE, _SOURCE)
    return StreamOptions(readable_high_water_mark=mark, writable=False, **fields)


def writable_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> StreamOptions:
    """The options of a stream that is only written. Raises ``ERR_INVALID_ARG_VALUE``."""
    found = merged_options(options, more)
    mark = high_water_mark(found)
    fields = _fields(found, _WRITABLE, _SINK)
    return StreamOptions(writable_high_water_mark=mark, readable=False, **fields)


def duplex_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> StreamOptions:
    """The options of a stream with two sides. Raises ``ERR_INVALID_ARG_VALUE``."""
    found = merged_options(options, more)
    if not found:
        return _DEFAULTS
    return StreamOptions(
        high_water_mark(found, "readableHighWaterMark"),
        high_water_mark(found, "writableHighWaterMark"),
        **_fields(found, _DUPLEX, _SOURCE | _SINK),
    )


def _fields(found: Mapping[str, Any], table: _Table, functions: frozenset[str]) -> dict[str, Any]:
    if found.get("objectMode"):
        raise invalid_arg_value("options.objectMode", True, "is not supported")
    fields: dict[str, Any] = {}
    for name, value in found.items():
        if name in table:
            field, convert = table[name]
            fields[field] = convert(value)
        elif name in functions and callable(value):
            fields.setdefault("functions", {})[name] = value
    return fields


def high_water_mark(options: Mapping[str, Any], side: str | None = None) -> int:
    """The mark of one side of a stream; ``side`` is its own option in a stream that has two."""
    value = options.get("highWaterMark")
    if value is None and side is not None:
        value = options.get(side)
    if value is None:
        return DEFAULT_HIGH_WATER_MARK
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if not whole or isinstance(value, bool) or value < 0:
        raise invalid_arg_value(f"options.{side or 'highWaterMark'}", value)
    return int(value)
