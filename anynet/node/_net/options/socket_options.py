"""The options that a socket is made with, checked, and what is set on the system's socket."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

import attrs

from anynet._rules.values.value import Value
from anynet._transport.sockets.options import set_keep_alive, set_no_delay, set_type_of_service
from anynet.node._emitters.abort import AbortSignal
from anynet.node._errors.errors import (
    invalid_arg_type,
    invalid_arg_value,
    validate_abort_signal,
    validate_boolean,
    validate_int32,
    validate_number,
)
from anynet.node._net.values.block_list import BlockList
from anynet.node._streams.options import high_water_mark

ReadBuffer: TypeAlias = bytearray | memoryview

#: Keep-alive as libuv has it: a probe a second, the tenth without an answer ends the connection.
_PROBE_INTERVAL = 1
_PROBE_COUNT = 10
_UNSUPPORTED = ("objectMode", "readableObjectMode", "writableObjectMode")


@attrs.frozen(eq=False, repr=False)
class ReadInto(Value):
    """The option ``onread``: where to read to, and whom to tell."""

    next_buffer: Callable[[], ReadBuffer]
    callback: Callable[[int, Any], object]


@attrs.define(kw_only=True)
class TcpOptions:
    """What is set on a TCP socket, now or as soon as it is connected."""

    no_delay: bool = False
    keep_alive: bool = False
    #: In whole seconds; 0 leaves the system's.
    keep_alive_delay: int = 0
    type_of_service: int | None = None

    def apply(self, sock: socket.socket) -> None:
        """Set them on a TCP socket. What the system refuses is not set."""
        with suppress(OSError):
            if self.no_delay:
                set_no_delay(sock, True)
            if self.keep_alive:
                apply_keep_alive(sock, True, self.keep_alive_delay)
            if self.type_of_service is not None:
                set_type_of_service(sock, self.type_of_service)


def apply_keep_alive(sock: socket.socket, enable: bool, delay: int) -> None:
    """Turn keep-alive on, after ``delay`` seconds of silence if that is not 0, or off."""
    if enable and delay > 0:
        set_keep_alive(sock, True, delay, _PROBE_INTERVAL, _PROBE_COUNT)
    else:
        set_keep_alive(sock, enable)


def keep_alive_seconds(milliseconds: object) -> int:
    """A delay as the system takes it: whole seconds; 0 for what is no delay."""
    if isinstance(milliseconds, int | float) and 0 < milliseconds < 2**31 * 1000:
        return int(milliseconds / 1000)
    return 0


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SocketSettings(Value):
    """The options of a socket, checked."""

    readable_high_water_mark: int
    writable_high_water_mark: int
    allow_half_open: bool
    readable: bool
    writable: bool
    fd: int | None
    handle: object
    signal: AbortSignal | None
    block_list: BlockList | None
    read_into: ReadInto | None
    capture_rejections: bool | None
    tcp: TcpOptions | None


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
        readable_high_water_mark=readable_mark,
        writable_high_water_mark=writable_mark,
        allow_half_open=bool(options.get("allowHalfOpen")),
        readable=options.get("readable") is not False,
        writable=options.get("writable") is not False,
        fd=fd,
        handle=options.get("handle"),
        signal=signal,
        block_list=block_list,
        read_into=_read_into(options.get("onread")),
        capture_rejections=capture_rejections,
        tcp=tcp_options(options, None),
    )


def tcp_options(options: Mapping[str, Any], known: TcpOptions | None) -> TcpOptions | None:
    """What the options say about TCP, added to what is ``known`` already."""
    if options.get("noDelay"):
        known = known or TcpOptions()
        known.no_delay = True
    if options.get("keepAlive"):
        known = known or TcpOptions()
        known.keep_alive = True
        known.keep_alive_delay = keep_alive_seconds(options.get("keepAliveInitialDelay"))
    return known


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
