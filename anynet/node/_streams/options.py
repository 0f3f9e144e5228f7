"""The options of streams: checked once, when a stream is made, and frozen from then on.

Rules that live here, each Node's: an option that is None is treated as absent, and in a stream of
two sides ``highWaterMark`` outranks the marks of the sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from anynet.node._errors.errors import invalid_arg_value
from anynet.node._streams.encoding import require_encoding

DEFAULT_HIGH_WATER_MARK = 65536

_SOURCE = ("read", "destroy")
_SINK = ("write", "writev", "final", "destroy")


@attrs.frozen(kw_only=True, eq=False)
class StreamOptions:
    """What a stream is made of. One object may serve any number of streams."""

    #: How much is read ahead, in bytes.
    readable_high_water_mark: int = DEFAULT_HIGH_WATER_MARK
    #: From how many waiting bytes ``write`` answers False.
    writable_high_water_mark: int = DEFAULT_HIGH_WATER_MARK
    #: False: there is no such side.
    readable: bool = True
    writable: bool = True
    #: False: the end of the reading side ends the writing side.
    allow_half_open: bool = True
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
    functions: Mapping[str, Callable[..., object]] | None = None


def merged_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """Options from a mapping and from keyword arguments; None is treated as absent."""
    found = {**(options or {}), **more}
    return {name: value for name, value in found.items() if value is not None}


def readable_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> StreamOptions:
    """The options of a stream that is only read. Raises ``ERR_INVALID_ARG_VALUE``."""
    found = merged_options(options, more)
    return StreamOptions(
        readable_high_water_mark=high_water_mark(found), writable=False, **_shared(found, _SOURCE)
    )


def writable_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> StreamOptions:
    """The options of a stream that is only written. Raises ``ERR_INVALID_ARG_VALUE``."""
    found = merged_options(options, more)
    return StreamOptions(
        writable_high_water_mark=high_water_mark(found), readable=False, **_shared(found, _SINK)
    )


def duplex_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> StreamOptions:
    """The options of a stream with two sides. Raises ``ERR_INVALID_ARG_VALUE``."""
    found = merged_options(options, more)
    return StreamOptions(
        readable_high_water_mark=high_water_mark(found, "readableHighWaterMark"),
        writable_high_water_mark=high_water_mark(found, "writableHighWaterMark"),
        readable=found.get("readable") is not False,
        writable=found.get("writable") is not False,
        allow_half_open=found.get("allowHalfOpen") is not False,
        **_shared(found, _SOURCE + _SINK),
    )


def _shared(found: Mapping[str, Any], functions: tuple[str, ...]) -> dict[str, Any]:
    if found.get("objectMode"):
        raise invalid_arg_value("options.objectMode", True, "is not supported")
    source, sink = "read" in functions, "write" in functions
    shared: dict[str, Any] = {
        "emit_close": found.get("emitClose") is not False,
        "auto_destroy": found.get("autoDestroy") is not False,
        "signal": found.get("signal"),
        "functions": {name: found[name] for name in functions if callable(found.get(name))},
    }
    if source and found.get("encoding"):
        shared["encoding"] = require_encoding(found["encoding"])
    if sink and "defaultEncoding" in found:
        shared["default_encoding"] = require_encoding(found["defaultEncoding"])
    return shared


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
