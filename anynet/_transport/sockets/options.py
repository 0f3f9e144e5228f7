"""Setting and reading socket options, in our units and with errors that name the option."""

from __future__ import annotations

import math
import socket
import struct

from anynet._rules.checks import (
    check_bool,
    check_int,
    check_positive_int,
    check_seconds,
    shown,
)
from anynet._rules.options import RawSocketOption, SocketOptions

# macOS calls the idle time TCP_KEEPALIVE.
_IDLE_NAMES = ("TCP_KEEPIDLE", "TCP_KEEPALIVE")
_NO_TIMES = (None, None, None)
#: The values of options are of type int in C.
_MAX_INT = 2**31 - 1
#: How IPv6 sockets show the address of an IPv4 connection (RFC 4291 section 2.5.5.2).
_MAPPED = "::ffff:"
#: struct linger: on, zero seconds.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def apply_socket_options(sock: socket.socket, options: SocketOptions) -> None:
    """Set what ``options`` say on a connected or connecting socket.

    On a Unix socket only the buffer sizes and the raw ``socket_options`` are set, since the others
    are TCP's. The times and the count of keep-alive are set even while it is off, so that they
    hold when it is turned on later. With the default options this is one system call on a TCP
    socket and none on a Unix socket.

    Raises :exc:`OSError` with the error number of the system, naming the option that it refused,
    :exc:`ValueError` for a value larger than the system takes, and :exc:`NotImplementedError` for
    an option that this platform does not have.
    """
    if sock.family != socket.AF_UNIX:
        _set(sock, "no_delay", options.no_delay, socket.IPPROTO_TCP, socket.TCP_NODELAY)
        if options.keep_alive:
            _set(sock, "keep_alive", True, socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        times = options.keep_alive_idle, options.keep_alive_interval, options.keep_alive_count
        if times != _NO_TIMES:
            _set_keep_alive_times(sock, *times)
        if options.type_of_service is not None:
            set_type_of_service(sock, options.type_of_service)
        if options.user_timeout is not None:
            name = platform_constant("user_timeout", "TCP_USER_TIMEOUT")
            seconds = options.user_timeout
            _set(sock, "user_timeout", seconds, socket.IPPROTO_TCP, name, scale=1000)
    if options.receive_buffer_size is not None:
        size = options.receive_buffer_size
        _set(sock, "receive_buffer_size", size, socket.SOL_SOCKET, socket.SO_RCVBUF)
    if options.send_buffer_size is not None:
        size = options.send_buffer_size
        _set(sock, "send_buffer_size", size, socket.SOL_SOCKET, socket.SO_SNDBUF)
    for entry in options.socket_options:
        _set_raw(sock, entry)


def plain_options(
    options: SocketOptions, family: socket.AddressFamily
) -> tuple[tuple[int, int, int], ...] | None:
    """The arguments of setsockopt that are all :func:`apply_socket_options` would set.

    None where that takes more than no_delay: for accept loops, which set the options of most
    servers without a call of ours, and those of the others by that function.
    """
    if options != SocketOptions(no_delay=options.no_delay):
        return None
    if family == socket.AF_UNIX:
        return ()
    return ((socket.IPPROTO_TCP, socket.TCP_NODELAY, options.no_delay),)


def set_no_delay(sock: socket.socket, enable: bool) -> None:
    """Turn Nagle's algorithm off (True) or on. Raises :exc:`OSError` when it is not TCP."""
    check_bool("no_delay", enable)
    _set(sock, "no_delay", enable, socket.IPPROTO_TCP, socket.TCP_NODELAY)


def set_reset_on_close(sock: socket.socket) -> None:
    """Have the close of a TCP socket reset the connection and drop what is unsent.

    Nothing else can reset: a Unix socket ignores the option, and its peer may see a clean end.
    """
    if sock.family != socket.AF_UNIX:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)


def set_keep_alive(
    sock: socket.socket,
    enable: bool,
    idle: float | None = None,
    interval: float | None = None,
    count: int | None = None,
) -> None:
    """Turn keep-alive on or off; set its times and the number of lost probes that break it.

    ``idle`` and ``interval`` are seconds, rounded up to whole ones. What is None stays as it is.
    """
    check_bool("keep_alive", enable)
    for option, seconds in (("keep_alive_idle", idle), ("keep_alive_interval", interval)):
        if seconds is not None:
            check_seconds(option, seconds, allow_infinite=False, allow_zero=False)
    if count is not None:
        check_positive_int("keep_alive_count", count)
    _set(sock, "keep_alive", enable, socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    _set_keep_alive_times(sock, idle, interval, count)


def set_type_of_service(sock: socket.socket, value: int) -> None:
    """Set the type of service (RFC 2474), in IPv6 the traffic class: 0 to 255.

    The system may keep the lowest two bits, those of ECN (RFC 3168), to itself. Raises
    :exc:`OSError` when it is not an IP socket.
    """
    check_int("type_of_service", value, minimum=0, maximum=255)
    if sock.family != socket.AF_INET6:
        _set(sock, "type_of_service", value, socket.IPPROTO_IP, socket.IP_TOS)
        return
    _set(sock, "type_of_service", value, socket.IPPROTO_IPV6, socket.IPV6_TCLASS)
    if _is_mapped(sock):
        _set(sock, "type_of_service", value, socket.IPPROTO_IP, socket.IP_TOS)


def get_type_of_service(sock: socket.socket) -> int:
    """The type of service, or traffic class, of what the socket sends."""
    if sock.family == socket.AF_INET6 and not _is_mapped(sock):
        return sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS)
    return sock.getsockopt(socket.IPPROTO_IP, socket.IP_TOS)


def platform_constant(option: str, *names: str) -> int:
    """The first of the ``socket`` module's constants that this platform has, for ``option``.

    Raises :exc:`NotImplementedError` when it has none.
    """
    for name in names:
        value: int | None = getattr(socket, name, None)
        if value is not None:
            return value
    raise NotImplementedError(f"{option} needs {' or '.join(names)}, which this platform lacks")


def _set_keep_alive_times(
    sock: socket.socket, idle: float | None, interval: float | None, count: int | None
) -> None:
    level = socket.IPPROTO_TCP
    if idle is not None:
        name = platform_constant("keep_alive_idle", *_IDLE_NAMES)
        _set(sock, "keep_alive_idle", idle, level, name)
    if interval is not None:
        name = platform_constant("keep_alive_interval", "TCP_KEEPINTVL")
        _set(sock, "keep_alive_interval", interval, level, name)
    if count is not None:
        name = platform_constant("keep_alive_count", "TCP_KEEPCNT")
        _set(sock, "keep_alive_count", count, level, name)


def _set_raw(sock: socket.socket, entry: RawSocketOption) -> None:
    level, name, *arguments = entry
    if any(isinstance(each, int) and not -_MAX_INT <= each <= _MAX_INT for each in entry):
        raise ValueError(f"socket_options {shown(entry)} holds a number that is too large")
    try:
        sock.setsockopt(level, name, *arguments)
    except OSError as error:
        reason = error.strerror or error
        raise OSError(error.errno, f"cannot set socket_options {shown(entry)}: {reason}") from error
    except TypeError as error:
        raise TypeError(f"socket_options {shown(entry)} is not for setsockopt: {error}") from error


def _set(
    sock: socket.socket, option: str, value: float, level: int, name: int, *, scale: int = 1
) -> None:
    """Set ``option`` to ``value``; the system counts in units of which ``scale`` make one."""
    number = value * scale
    if number > _MAX_INT:
        raise ValueError(f"{option} is too large: {shown(value)}")
    try:
        sock.setsockopt(level, name, math.ceil(number))
    except OSError as error:
        reason = error.strerror or error
        raise OSError(error.errno, f"cannot set {option} to {shown(value)}: {reason}") from error


def _is_mapped(sock: socket.socket) -> bool:
    """Does an IPv6 socket carry an IPv4 connection? Then IPv4's option decides what is sent."""
    return str(sock.getsockname()[0]).startswith(_MAPPED)
