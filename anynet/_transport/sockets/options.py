"""Setting and reading socket options, in our units and with errors that name the option.

What there is to set, and with which constants, is in the table of the options (``SocketOptions``);
here is how: a constant that the platform lacks is an error that names the option, times are rounded
up to whole units, since 0 would mean the default of the system, and an IPv6 socket that carries an
IPv4 connection (RFC 4291 section 2.5.5.2) needs the options of both.
"""

from __future__ import annotations

import contextlib
import math
import socket
import struct

from anynet._rules.checks import shown
from anynet._rules.options import RawSocketOption, SocketOptions
from anynet._rules.options.table import Setting

#: The values of options are of type int in C.
_MAX_INT = 2**31 - 1
#: How IPv6 sockets show the address of an IPv4 connection.
_MAPPED = "::ffff:"
#: struct linger: on, zero seconds.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_DEFER_ACCEPT = Setting("IPPROTO_TCP", ("TCP_DEFER_ACCEPT",))


def apply_socket_options(
    sock: socket.socket, options: SocketOptions, *, tcp: bool | None = None
) -> None:
    """Set what ``options`` say on a connected or connecting socket, of TCP if the caller knows.

    On a Unix socket only the buffer sizes and the raw ``socket_options`` are set, since the others
    are TCP's. The times and the count of keep-alive are set even while it is off, so that they
    hold when it is turned on later. With the default options this is one system call on a TCP
    socket and none on a Unix socket.

    Raises :exc:`OSError` with the error number of the system, naming the option that it refused,
    :exc:`ValueError` for a value larger than the system takes, and :exc:`NotImplementedError` for
    an option that this platform does not have.
    """
    if tcp is None:
        tcp = sock.family != socket.AF_UNIX
    for name, value, setting in options.settings:
        if tcp or setting.on_unix:
            _set(sock, name, value, setting)
    for entry in options.socket_options:
        _set_raw(sock, entry)


def fixed_settings(
    options: SocketOptions, family: socket.AddressFamily
) -> tuple[tuple[int, int, int], ...] | None:
    """The arguments of setsockopt by which :func:`apply_socket_options` sets ``options``.

    None where they are raw, or depend on whether an IPv6 socket carries an IPv4 connection. For
    accept loops, which so set the options of most servers without a call of ours a connection; that
    the system takes them is to be tried before.
    """
    settings = [row for row in options.settings if family != socket.AF_UNIX or row[2].on_unix]
    mapped = family == socket.AF_INET6 and any(setting.ipv6 for _, _, setting in settings)
    if mapped or options.socket_options:
        return None
    return tuple(
        (
            getattr(socket, setting.level),
            platform_constant(name, *setting.names),
            math.ceil(value * setting.scale),
        )
        for name, value, setting in settings
    )


def set_defer_accept(sock: socket.socket, seconds: float) -> None:
    """Have a listening socket show no connection on which nothing came for so long.

    The kernel rounds up to the times at which it sends its SYN-ACK again. Raises
    :exc:`NotImplementedError` on a platform without that, and otherwise as
    :func:`apply_socket_options` does.
    """
    _set(sock, "defer_accept", seconds, _DEFER_ACCEPT)


def get_defer_accept(sock: socket.socket) -> int:
    """What :func:`set_defer_accept` set on a TCP socket, as the kernel rounded it; else 0."""
    name: int | None = getattr(socket, _DEFER_ACCEPT.names[0], None)
    return 0 if name is None else sock.getsockopt(socket.IPPROTO_TCP, name)


def set_no_delay(sock: socket.socket, enable: bool) -> None:
    """Turn Nagle's algorithm off (True) or on. Raises :exc:`OSError` when it is not TCP."""
    _check_and_set(sock, no_delay=enable)


def set_reset_on_close(sock: socket.socket) -> None:
    """Have the close of a TCP socket reset the connection and drop what is unsent.

    Nothing else can reset: a Unix socket ignores the option, and its peer may see a clean end. Does
    not raise: where the system refuses the option, the socket is to be closed all the same.
    """
    if sock.family != socket.AF_UNIX:
        with contextlib.suppress(OSError):
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
    times = {
        "keep_alive_idle": idle,
        "keep_alive_interval": interval,
        "keep_alive_count": count,
    }
    given = {name: value for name, value in times.items() if value is not None}
    _check_and_set(sock, keep_alive=enable, **given)


def set_type_of_service(sock: socket.socket, value: int) -> None:
    """Set the type of service (RFC 2474), in IPv6 the traffic class: 0 to 255.

    The system may keep the lowest two bits, those of ECN (RFC 3168), to itself. Raises
    :exc:`OSError` when it is not an IP socket.
    """
    _check_and_set(sock, type_of_service=value)


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


def _check_and_set(sock: socket.socket, **values: float) -> None:
    """Check all the values, then set each, whatever it is."""
    for name, value in values.items():
        SocketOptions.rows[name].checked(name, value)
    for name, value in values.items():
        setting = SocketOptions.rows[name].setting
        assert setting is not None
        _set(sock, name, value, setting)


def _set_raw(sock: socket.socket, entry: RawSocketOption) -> None:
    level, name, *arguments = entry
    try:
        sock.setsockopt(level, name, *arguments)
    except OSError as error:
        reason = error.strerror or error
        raise OSError(error.errno, f"cannot set socket_options {shown(entry)}: {reason}") from error


def _set(sock: socket.socket, option: str, value: float, setting: Setting) -> None:
    if setting.ipv6 is not None and sock.family == socket.AF_INET6:
        _set(sock, option, value, setting.ipv6)
        if not _is_mapped(sock):
            return
    constant = getattr(socket, setting.names[0], None)
    if constant is None:
        constant = platform_constant(option, *setting.names)
    number = value * setting.scale
    if number > _MAX_INT:
        raise ValueError(f"{option} is too large: {shown(value)}")
    try:
        sock.setsockopt(getattr(socket, setting.level), constant, math.ceil(number))
    except OSError as error:
        reason = error.strerror or error
        raise OSError(error.errno, f"cannot set {option} to {shown(value)}: {reason}") from error


def _is_mapped(sock: socket.socket) -> bool:
    """Whether an IPv6 socket carries an IPv4 connection: IPv4's option decides what is sent."""
    return str(sock.getsockname()[0]).startswith(_MAPPED)
