"""The options of streams: checked once, when a stream is made, and frozen from then on.

Rules that live here, each Node's: an option that is None is treated as absent, in a stream of two
sides ``highWaterMark`` outranks the marks of the sides, and ``objectMode`` their own. Marks count
bytes, in object mode the objects; their defaults are those of the moment in which a stream is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from anynet.node._errors.errors import invalid_arg_value, validate_boolean, validate_integer
from anynet.node._errors.option_warning import warn_of_misspelt
from anynet.node._loop.callbacks import runnable
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
    #: Whether the chunks of a side are any objects, each of which counts one.
    readable_objects: bool = False
    writable_objects: bool = False
    #: False: strings are written as they are, with their encoding, and count by their length.
    decode_strings: bool = True
    #: Whether what a coroutine listener raises is an error of the stream; None for the default.
    capture_rejections: bool | None = None
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


_CAPTURE = "options.captureRejections"
#: An option by its name in Node: the field that it sets, and what makes its value.
_Table: TypeAlias = Mapping[str, tuple[str, Callable[[Any], object]]]
_ALL: _Table = {
    "emitClose": ("emit_close", _not_false),
    "autoDestroy": ("auto_destroy", _not_false),
    "signal": ("signal", _as_given),
    "captureRejections": ("capture_rejections", partial(validate_boolean, _CAPTURE)),
}
_READABLE: _Table = {**_ALL, "encoding": ("encoding", optional_encoding)}
_WRITABLE: _Table = {
    **_ALL,
    "defaultEncoding": ("default_encoding", require_encoding),
    "decodeStrings": ("decode_strings", _not_false),
}
_DUPLEX: _Table = {
    **_READABLE,
    **_WRITABLE,
    "readable": ("readable", _not_false),
    "writable": ("writable", _not_false),
    "allowHalfOpen": ("allow_half_open", _not_false),
}
#: The functions of a kind of stream, and how many arguments each is called with.
_Functions: TypeAlias = Mapping[str, int]
_SOURCE: _Functions = {"construct": 1, "read": 1, "destroy": 2}
_SINK: _Functions = {"construct": 1, "write": 3, "writev": 2, "final": 1, "destroy": 2}
_BOTH: _Functions = {**_SOURCE, **_SINK}
_TRANSFORM: _Functions = {**_BOTH, "transform": 3, "flush": 1}
_MARKS = frozenset({"highWaterMark", "objectMode"})
_TWO_MARKS = _MARKS | {
    *("readableHighWaterMark", "readableObjectMode"),
    *("writableHighWaterMark", "writableObjectMode"),
}
READABLE_OPTIONS = _MARKS.union(_READABLE, _SOURCE)
_WRITABLE_OPTIONS = _MARKS.union(_WRITABLE, _SINK)
_DUPLEX_OPTIONS = _TWO_MARKS.union(_DUPLEX, _BOTH)
_TRANSFORM_OPTIONS = _DUPLEX_OPTIONS.union(_TRANSFORM)
#: The default marks, for bytes and for objects. A program may change them.
_default_marks = {False: DEFAULT_HIGH_WATER_MARK, True: 16}


def getDefaultHighWaterMark(objectMode: bool = False) -> int:
    """The high-water mark of streams that are made without one: in bytes, or in objects."""
    return _default_marks[bool(objectMode)]


def setDefaultHighWaterMark(objectMode: bool, value: int) -> None:
    """Set it, for streams that are made from now on. Sockets keep theirs.

    Raises ``ERR_INVALID_ARG_TYPE`` or ``ERR_OUT_OF_RANGE``.
    """
    _default_marks[bool(objectMode)] = validate_integer("value", value, 0)


def merged_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """Options from a mapping and from keyword arguments; None is treated as absent."""
    found = {**(options or {}), **more}
    return {name: value for name, value in found.items() if value is not None}


def readable_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> StreamOptions:
    """The options of a stream that is only read. Raises ``ERR_INVALID_ARG_VALUE``."""
    found = merged_options(options, more)
    warn_of_misspelt(found, READABLE_OPTIONS)
    objects = bool(found.get("objectMode"))
    mark = high_water_mark(found, objects=objects)
    fields = _fields(found, _READABLE, _SOURCE)
    return StreamOptions(
        readable_high_water_mark=mark, writable=False, readable_objects=objects, **fields
    )


def writable_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> StreamOptions:
    """The options of a stream that is only written. Raises ``ERR_INVALID_ARG_VALUE``."""
    found = merged_options(options, more)
    warn_of_misspelt(found, _WRITABLE_OPTIONS)
    objects = bool(found.get("objectMode"))
    mark = high_water_mark(found, objects=objects)
    fields = _fields(found, _WRITABLE, _SINK)
    return StreamOptions(
        writable_high_water_mark=mark, readable=False, writable_objects=objects, **fields
    )


def duplex_options(
    options: Mapping[str, Any] | None, more: Mapping[str, Any], *, transforms: bool = False
) -> StreamOptions:
    """The options of a stream with two sides. Raises ``ERR_INVALID_ARG_VALUE``."""
    found = merged_options(options, more)
    warn_of_misspelt(found, _TRANSFORM_OPTIONS if transforms else _DUPLEX_OPTIONS)
    both = bool(found.get("objectMode"))
    reading = both or bool(found.get("readableObjectMode"))
    writing = both or bool(found.get("writableObjectMode"))
    fields = _fields(found, _DUPLEX, _TRANSFORM if transforms else _BOTH)
    marks = (
        high_water_mark(found, "readableHighWaterMark", objects=reading),
        high_water_mark(found, "writableHighWaterMark", objects=writing),
    )
    if transforms and not marks[0] and found.get("writableHighWaterMark") is None:
        # A transform that reads nothing ahead takes nothing ahead either.
        marks = (0, 0)
    return StreamOptions(*marks, readable_objects=reading, writable_objects=writing, **fields)


def _fields(found: Mapping[str, Any], table: _Table, functions: _Functions) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in found.items():
        if name in table:
            field, convert = table[name]
            fields[field] = convert(value)
        elif name in functions and callable(value):
            count = functions[name]
            function = runnable(value, (count, count), f"option {name}()")
            fields.setdefault("functions", {})[name] = function
    return fields


def high_water_mark(
    options: Mapping[str, Any], side: str | None = None, *, objects: bool = False
) -> int:
    """The mark of one side of a stream; ``side`` is its own option in a stream that has two."""
    value = options.get("highWaterMark")
    if value is None and side is not None:
        value = options.get(side)
    if value is None:
        return _default_marks[objects]
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if not whole or isinstance(value, bool) or value < 0:
        raise invalid_arg_value(f"options.{side or 'highWaterMark'}", value)
    return int(value)
