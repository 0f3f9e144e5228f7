"""The options of connected sockets, and of the connections over them."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from functools import partial
from typing import Literal, TypeAlias, TypedDict

from anynet._rules.checks import (
    check_bool,
    check_choice,
    check_int,
    check_positive_int,
    check_seconds,
    check_type,
    shown,
)
from anynet._rules.options.table import Options, Setting, option, options

#: One entry for setsockopt: (level, name, value), or (level, name, None, length).
RawSocketOption: TypeAlias = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)

_IDLE_ACTIONS = ("close", "notify")

_finite = partial(check_seconds, allow_infinite=False)
_finite_not_zero = partial(check_seconds, allow_infinite=False, allow_zero=False)


def _tcp(*names: str, scale: int = 1) -> Setting:
    return Setting("IPPROTO_TCP", names, scale)


def _raw_options(name: str, value: Iterable[RawSocketOption] | None) -> tuple[RawSocketOption, ...]:
    entries = tuple(value or ())
    for entry in entries:
        if len(check_type(f"an entry of {name}", entry, tuple)) not in (3, 4):
            raise TypeError(f"{name} must hold (level, name, value) tuples, not {shown(entry)}")
    return entries


@options
class SocketOptions(Options):
    """What is set on every connected TCP socket; times in seconds, sizes in bytes."""

    no_delay: bool = option(True, check_bool, setting=_tcp("TCP_NODELAY"))
    keep_alive: bool = option(False, check_bool, setting=Setting("SOL_SOCKET", ("SO_KEEPALIVE",)))
    # macOS calls the idle time TCP_KEEPALIVE.
    keep_alive_idle: float | None = option(
        None, _finite_not_zero, setting=_tcp("TCP_KEEPIDLE", "TCP_KEEPALIVE")
    )
    keep_alive_interval: float | None = option(
        None, _finite_not_zero, setting=_tcp("TCP_KEEPINTVL")
    )
    keep_alive_count: int | None = option(None, check_positive_int, setting=_tcp("TCP_KEEPCNT"))
    receive_buffer_size: int | None = option(
        None, check_positive_int, setting=Setting("SOL_SOCKET", ("SO_RCVBUF",), on_unix=True)
    )
    send_buffer_size: int | None = option(
        None, check_positive_int, setting=Setting("SOL_SOCKET", ("SO_SNDBUF",), on_unix=True)
    )
    type_of_service: int | None = option(
        None,
        partial(check_int, minimum=0, maximum=255),
        setting=Setting("IPPROTO_IP", ("IP_TOS",), ipv6=Setting("IPPROTO_IPV6", ("IPV6_TCLASS",))),
    )
    user_timeout: float | None = option(None, _finite, setting=_tcp("TCP_USER_TIMEOUT", scale=1000))
    socket_options: tuple[RawSocketOption, ...] = option((), convert=_raw_options)

    @functools.cached_property
    def settings(self) -> tuple[tuple[str, float, Setting], ...]:
        """What is to be set on each socket: the option, its value, and how.

        What is off unless it was given is left as the system has it, and costs no system call.
        """
        values = ((name, getattr(self, name), row) for name, row in self.rows.items())
        return tuple(
            (name, value, row.setting)
            for name, value, row in values
            if row.setting and value is not None and (value is not False or row.default)
        )


class SocketOptionNames(TypedDict, total=False):
    """The keywords of :class:`SocketOptions`."""

    no_delay: bool
    keep_alive: bool
    keep_alive_idle: float | None
    keep_alive_interval: float | None
    keep_alive_count: int | None
    receive_buffer_size: int | None
    send_buffer_size: int | None
    type_of_service: int | None
    user_timeout: float | None
    socket_options: Iterable[RawSocketOption] | None


def _limit(name: str, value: float | None) -> float | None:
    """Infinity is no limit, and costs no timer."""
    if value is None or check_seconds(name, value, allow_zero=False) == math.inf:
        return None
    return value


@options
class ConnectionOptions(Options):
    """How a connection behaves, whichever side opened it."""

    allow_half_open: bool = option(True, check_bool)
    idle_timeout: float | None = option(None, partial(check_seconds, allow_zero=False))
    idle_timeout_action: Literal["close", "notify"] = option(
        "close", partial(check_choice, choices=_IDLE_ACTIONS)
    )
    receive_timeout: float | None = option(None, convert=_limit)
    send_timeout: float | None = option(None, convert=_limit)
    max_lifetime: float | None = option(None, convert=_limit)

    def check_together(self) -> None:
        if self.idle_timeout_action != "close" and self.idle_timeout is None:
            raise ValueError("idle_timeout_action is for idle_timeout, and there is none")

    @functools.cached_property
    def has_time_limits(self) -> bool:
        """Whether there is one beside the idle timeout."""
        return (self.receive_timeout, self.send_timeout, self.max_lifetime) != (None, None, None)


class ConnectionOptionNames(TypedDict, total=False):
    """The keywords of :class:`ConnectionOptions`."""

    allow_half_open: bool
    idle_timeout: float | None
    idle_timeout_action: Literal["close", "notify"]
    receive_timeout: float | None
    send_timeout: float | None
    max_lifetime: float | None
