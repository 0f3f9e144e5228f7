"""The options that a socket is made with, checked, and what is set on the system's socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import attrs

from anynet.node._emitters.abort import AbortSignal
from anynet.node._errors.errors import (
    invalid_arg_type,
    invalid_arg_value,
    validate_abort_signal,
    validate_boolean,
    validate_int32,
    validate_number,
)
from anynet.node._net.options.tcp_options import TcpOptions, keep_alive_seconds
from anynet.node._net.values.block_list import BlockList
from anynet.node._streams.options import StreamOptions, high_water_mark

ReadBuffer: TypeAlias = bytearray | memoryview

_UNSUPPORTED = ("objectMode", "readableObjectMode", "writableObjectMode")


@attrs.frozen
class ReadInto:
    """The option ``onread``: where to read to, and whom to tell."""

    next_buffer: Callable[[], ReadBuffer]
    callback: Callable[[int, Any], object]


@attrs.frozen(kw_only=True)
class SocketSettings:
    """The options of a socket, checked."""

    stream: StreamOptions
    fd: int | None
    handle: object
    signal: AbortSignal | None
    block_list: BlockList | None
    read_into: ReadInto | None
    capture_rejections: bool | None
    tcp: TcpOptions | None


@lru_cache(maxsize=64)
def stream_options(
    reading: int,
    writing: int,
    allow_half_open: bool,
    readable: bool = True,
    writable: bool = True,
) -> StreamOptions:
    """The options of a socket's stream: the same for all connections of a server, so made once."""
    return StreamOptions(
        readable_high_water_mark=reading,
        writable_high_water_mark=writing,
        allow_half_open=allow_half_open,
        readable=readable,
        writable=writable,
        emit_close=False,
        counts_characters=True,
    )


def socket_settings(options: Mapping[str, Any]) -> SocketSettings:
    """Check the options, of which none is None. Raises what Node raises."""
    for name in _UNSUPPORTED:
        if options.get(name):
            raise invalid_arg_value(f"options.{name}", options[name], "is not supported")
    if "keepAliveInitialDelay" in options:
        validate_number("options.keepAliveInitialDelay", options["keepAliveInitialDelay"])
    readable_mark = high_water_mark(options, "readableHighWaterMark")
    writable_mark = high_water_mark(options, "writableHighWaterMark")
    capture_rejections = options.get("captureRejections")
    if capture_rejections is not None:
        validate_boolean("options.captureRejections", capture_rejections)
    signal = options.get("signal")
    validate_abort_signal("signal", signal)
    fd = options.get("fd")
    if fd is not None:
        validate_int32("fd", fd, 0)
    block_list = options.get("blockList")
    if block_list is not None and not BlockList.isBlockList(block_list):
        raise invalid_arg_type("options.blockList", "net.BlockList", block_list)
    return SocketSettings(
        stream=stream_options(
            readable_mark,
            writable_mark,
            bool(options.get("allowHalfOpen")),
            options.get("readable") is not False,
            options.get("writable") is not False,
        ),
        fd=fd,
        handle=options.get("handle"),
        signal=signal,
        block_list=block_list,
        read_into=_read_into(options.get("onread")),
        capture_rejections=capture_rejections,
        tcp=wanted_tcp(options, None),
    )


def wanted_tcp(options: Mapping[str, Any], tcp: TcpOptions | None) -> TcpOptions | None:
    """What the options say about TCP, added to what is wanted already."""
    if options.get("noDelay"):
        tcp = tcp or TcpOptions()
        tcp.want_no_delay(True)
    if options.get("keepAlive"):
        tcp = tcp or TcpOptions()
        tcp.want_keep_alive(keep_alive_seconds(options.get("keepAliveInitialDelay")))
    return tcp


def _read_into(onread: object) -> ReadInto | None:
    """The option, where it can be used; otherwise it is as good as absent, as in Node."""
    if not isinstance(onread, Mapping) or not callable(onread.get("callback")):
        return None
    buffer = onread.get("buffer")
    if callable(buffer):
        factory = buffer

        def next_buffer() -> ReadBuffer:
            return _checked_buffer("the result of options.onread.buffer()", factory())

        return ReadInto(next_buffer, onread["callback"])
    if isinstance(buffer, bytes | bytearray | memoryview):
        checked = _checked_buffer("options.onread.buffer", buffer)
        return ReadInto(lambda: checked, onread["callback"])
    return None


def _checked_buffer(name: str, buffer: Any) -> ReadBuffer:
    """Something that can be read into."""
    if isinstance(buffer, bytearray) and buffer:
        return buffer
    if (
        isinstance(buffer, memoryview)
        and buffer.c_contiguous
        and not buffer.readonly
        and buffer.nbytes
    ):
        return buffer
    raise invalid_arg_type(name, ["bytearray", "memoryview"], buffer)
