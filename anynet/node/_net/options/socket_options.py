"""The options that a socket is made with, as a table; see ``table``.

Rules that live here, each Node's: ``highWaterMark`` outranks the marks of the two sides; an
``onread`` that cannot be used is treated as absent, and one without room fails the read; streams of
objects are not supported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, TypeAlias, TypedDict

import attrs

from anynet._rules.values.value import Value
from anynet.node._emitters.abort import AbortSignal
from anynet.node._errors.errors import (
    invalid_arg_type,
    invalid_arg_value,
    validate_abort_signal,
    validate_boolean,
    validate_int32,
    validate_number,
)
from anynet.node._errors.numerals import is_truthy
from anynet.node._errors.option_warning import warn_of_misspelt
from anynet.node._loop.callbacks import answering, runnable
from anynet.node._net.options.table import (
    as_given,
    checked,
    if_truthy,
    names_of,
    not_false,
    row,
    rows_of,
)
from anynet.node._net.options.tcp_options import TcpOptions, keep_alive_seconds
from anynet.node._net.values.block_list import BlockList
from anynet.node._streams.encoding import require_encoding
from anynet.node._streams.options import (
    DEFAULT_HIGH_WATER_MARK,
    StreamOptions,
    high_water_mark,
    merged_options,
    optional_encoding,
)

ReadBuffer: TypeAlias = bytearray | memoryview

_UNSUPPORTED = ("objectMode", "readableObjectMode", "writableObjectMode")


@attrs.frozen(eq=False, repr=False)
class ReadInto(Value):
    """The option ``onread``: where to read to, and what to call then."""

    next_buffer: Callable[[], ReadBuffer]
    callback: Callable[[int, Any], object]


class OnRead(TypedDict):
    """Reading into a buffer that is used again and again, or into what a function returns."""

    buffer: bytearray | memoryview | Callable[[], bytearray | memoryview]
    callback: Callable[[int, Any], object]


class SocketOptions(TypedDict, total=False):
    """The options of :class:`Socket <anynet.node._net.sockets.socket.Socket>`."""

    allowHalfOpen: bool | None
    blockList: BlockList | None
    captureRejections: bool
    defaultEncoding: str | None
    encoding: str | None
    fd: int | None
    handle: object
    highWaterMark: int | None
    keepAlive: bool | None
    keepAliveInitialDelay: float | None
    manualStart: bool | None
    noDelay: bool | None
    onread: OnRead | None
    readable: bool | None
    readableHighWaterMark: int | None
    signal: AbortSignal | None
    typeOfService: int | None
    writable: bool | None
    writableHighWaterMark: int | None


def _read_into(onread: object) -> ReadInto | None:
    """The option, where it can be used; otherwise it is treated as absent, as in Node."""
    if not isinstance(onread, Mapping) or not callable(onread.get("callback")):
        return None
    callback = runnable(onread["callback"], (2, 2), "callback of onread")
    buffer = onread.get("buffer")
    if callable(buffer):
        factory = answering(buffer, (0, 0), "buffer of onread")
        return ReadInto(_BufferSource(factory).next_buffer, callback)
    if isinstance(buffer, bytes | bytearray | memoryview):
        checked = _checked_buffer("options.onread.buffer", buffer)
        return ReadInto(lambda: checked, callback)
    return None


class _BufferSource:
    """The program's function for buffers. Where it gives none the one before is used again."""

    __slots__ = ("_function", "_last")

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._last: ReadBuffer | None = None

    def next_buffer(self) -> ReadBuffer:
        found = self._function()
        if self._last is None or isinstance(found, bytes | bytearray | memoryview):
            self._last = _checked_buffer("the result of options.onread.buffer()", found)
        return self._last


def _checked_buffer(name: str, buffer: Any) -> ReadBuffer:
    """Something that can be read into."""
    if isinstance(buffer, bytearray):
        return buffer
    if isinstance(buffer, memoryview) and buffer.c_contiguous and not buffer.readonly:
        return buffer
    raise invalid_arg_type(name, ["bytearray", "memoryview"], buffer)


def _mark(name: str) -> Callable[[Any], int]:
    return lambda value: high_water_mark({name: value}, name)


def _delay(value: object) -> int:
    return keep_alive_seconds(validate_number("options.keepAliveInitialDelay", value))


def _type_of_service(value: object) -> int:
    return validate_int32("options.typeOfService", value, 0, 255)


@if_truthy
def _signal(value: Any) -> Any:
    validate_abort_signal("signal", value)
    return value


@if_truthy
def check_block_list(value: object) -> BlockList:
    """The option ``blockList``. Raises ``ERR_INVALID_ARG_TYPE``."""
    if not BlockList.isBlockList(value):
        raise invalid_arg_type("options.blockList", "net.BlockList", value)
    return value


@lru_cache(maxsize=64)
def stream_options(
    reading: int,
    writing: int,
    allow_half_open: bool,
    readable: bool = True,
    writable: bool = True,
    source_pushes: bool = False,
    encoding: str | None = None,
    default_encoding: str = "utf8",
) -> StreamOptions:
    """The options of a socket's stream: the same for all connections of a server, so made once."""
    return StreamOptions(
        readable_high_water_mark=reading,
        writable_high_water_mark=writing,
        allow_half_open=allow_half_open,
        readable=readable,
        writable=writable,
        source_pushes=source_pushes,
        emit_close=False,
        encoding=encoding,
        default_encoding=default_encoding,
        counts_characters=True,
    )


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SocketSettings(Value):
    """The options of a socket, checked, in the order of the checks."""

    #: In whole seconds, of keep-alive.
    keep_alive_delay: int = attrs.field(
        default=0, metadata=row("keepAliveInitialDelay", check=_delay)
    )
    type_of_service: int | None = attrs.field(
        default=None, metadata=row("typeOfService", check=_type_of_service)
    )
    readable_mark: int = attrs.field(
        default=DEFAULT_HIGH_WATER_MARK,
        metadata=row(
            "highWaterMark", "readableHighWaterMark", check=_mark("readableHighWaterMark")
        ),
    )
    writable_mark: int = attrs.field(
        default=DEFAULT_HIGH_WATER_MARK,
        metadata=row(
            "highWaterMark", "writableHighWaterMark", check=_mark("writableHighWaterMark")
        ),
    )
    capture_rejections: bool | None = attrs.field(
        default=None,
        metadata=row(
            "captureRejections",
            check=if_truthy(partial(validate_boolean, "options.captureRejections")),
        ),
    )
    signal: AbortSignal | None = attrs.field(default=None, metadata=row("signal", check=_signal))
    fd: int | None = attrs.field(
        default=None, metadata=row("fd", check=lambda fd: validate_int32("fd", fd, 0))
    )
    block_list: BlockList | None = attrs.field(
        default=None, metadata=row("blockList", check=check_block_list)
    )
    read_into: ReadInto | None = attrs.field(default=None, metadata=row("onread", check=_read_into))
    handle: object = attrs.field(default=None, metadata=row("handle", check=as_given))
    allow_half_open: bool = attrs.field(
        default=False, metadata=row("allowHalfOpen", check=is_truthy)
    )
    readable: bool = attrs.field(default=True, metadata=row("readable", check=not_false))
    writable: bool = attrs.field(default=True, metadata=row("writable", check=not_false))
    no_delay: bool = attrs.field(default=False, metadata=row("noDelay", check=is_truthy))
    keep_alive: bool = attrs.field(default=False, metadata=row("keepAlive", check=is_truthy))
    #: Whether nothing is read before something asks for it.
    manual_start: bool = attrs.field(default=False, metadata=row("manualStart", check=is_truthy))
    #: Of what is read; None for bytes.
    encoding: str | None = attrs.field(
        default=None, metadata=row("encoding", check=optional_encoding)
    )
    #: Of strings that are written without one.
    default_encoding: str = attrs.field(
        default="utf8", metadata=row("defaultEncoding", check=require_encoding)
    )

    #: What of them concerns the stream.
    stream: StreamOptions = attrs.field(init=False)
    #: What of them is wanted of TCP; None for nothing.
    tcp: TcpOptions | None = attrs.field(init=False)

    @stream.default
    def _stream(self) -> StreamOptions:
        return stream_options(
            self.readable_mark,
            self.writable_mark,
            self.allow_half_open,
            self.readable,
            self.writable,
            encoding=self.encoding,
            default_encoding=self.default_encoding,
        )

    @tcp.default
    def _tcp(self) -> TcpOptions | None:
        if not self.no_delay and not self.keep_alive and self.type_of_service is None:
            return None
        delay = self.keep_alive_delay if self.keep_alive else None
        return TcpOptions(
            no_delay=self.no_delay, keep_alive=delay, type_of_service=self.type_of_service
        )


_ROWS = rows_of(SocketSettings)
SOCKET_OPTIONS = frozenset(SocketOptions.__annotations__)
_NAMES = names_of(_ROWS) | {*_UNSUPPORTED}
_DEFAULTS = SocketSettings()


def constructor_options(options: object, named: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a socket that is made by itself, not by ``connect()``, which has more."""
    if isinstance(options, int) and not isinstance(options, bool):
        options = {"fd": options}
    found = merged_options(options if isinstance(options, Mapping) else None, named)
    warn_of_misspelt(found, SOCKET_OPTIONS)
    return found


def socket_settings(options: Mapping[str, Any]) -> SocketSettings:
    """Check the options, of which none is None. Raises what Node raises."""
    if _NAMES.isdisjoint(options):
        return _DEFAULTS
    for name in _UNSUPPORTED:
        if is_truthy(options.get(name)):
            raise invalid_arg_value(f"options.{name}", options[name], "is not supported")
    return SocketSettings(**checked(_ROWS, options))


def tcp_of_connect(options: Mapping[str, Any], tcp: TcpOptions | None) -> TcpOptions | None:
    """What the options of a connect add to what is wanted of TCP; they are not checked again."""
    if "noDelay" in options and is_truthy(options["noDelay"]):
        tcp = tcp or TcpOptions()
        tcp.want_no_delay(True)
    if "keepAlive" in options and is_truthy(options["keepAlive"]):
        tcp = tcp or TcpOptions()
        tcp.want_keep_alive(keep_alive_seconds(options.get("keepAliveInitialDelay")))
    return tcp
