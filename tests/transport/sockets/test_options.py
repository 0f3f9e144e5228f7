"""Socket options: what the kernel holds afterwards, and the errors that name the option."""

from __future__ import annotations

import errno
import re
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from anynet._rules import checks
from anynet._rules.options import SocketOptions
from anynet._transport.sockets.options import (
    apply_socket_options,
    fixed_settings,
    get_type_of_service,
    platform_constant,
    set_keep_alive,
    set_no_delay,
    set_type_of_service,
)

TCP = socket.IPPROTO_TCP


@pytest.fixture
def tcp() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        yield sock


@pytest.fixture
def tcp6() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
        yield sock


@pytest.fixture
def unix() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        yield sock


class CountingSocket(socket.socket):
    """Notes the calls of setsockopt."""

    def __init__(self, family: int) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self.calls: list[tuple[Any, ...]] = []

    def setsockopt(self, *args: Any) -> None:
        self.calls.append(args)
        super().setsockopt(*args)


def test_the_defaults_are_one_call_on_tcp() -> None:
    with CountingSocket(socket.AF_INET) as sock:
        apply_socket_options(sock, SocketOptions())
        assert sock.calls == [(TCP, socket.TCP_NODELAY, 1)]
        assert sock.getsockopt(TCP, socket.TCP_NODELAY) == 1


def test_the_defaults_are_no_call_on_a_unix_socket() -> None:
    with CountingSocket(socket.AF_UNIX) as sock:
        apply_socket_options(sock, SocketOptions())
        assert sock.calls == []


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"no_delay": False},
        {"keep_alive": True, "keep_alive_idle": 1.5, "keep_alive_count": 3},
        {"receive_buffer_size": 10_000, "send_buffer_size": 10_000},
        {"user_timeout": 1.5},
    ],
)
def test_fixed_settings_are_what_would_be_set(family: int, options: dict[str, Any]) -> None:
    with CountingSocket(family) as sock:
        apply_socket_options(sock, SocketOptions(**options))
        assert fixed_settings(SocketOptions(**options), sock.family) == tuple(sock.calls)


def test_settings_that_depend_on_the_socket_are_not_fixed() -> None:
    tos = SocketOptions(type_of_service=0x10)
    assert fixed_settings(tos, socket.AF_INET) is not None
    assert fixed_settings(tos, socket.AF_INET6) is None
    raw = SocketOptions(socket_options=[(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)])
    assert fixed_settings(raw, socket.AF_UNIX) is None


def test_no_delay_can_be_off(tcp: socket.socket) -> None:
    tcp.setsockopt(TCP, socket.TCP_NODELAY, 1)
    apply_socket_options(tcp, SocketOptions(no_delay=False))
    assert tcp.getsockopt(TCP, socket.TCP_NODELAY) == 0


def test_keep_alive_in_whole_seconds_rounded_up(tcp: socket.socket) -> None:
    options = SocketOptions(
        keep_alive=True, keep_alive_idle=0.2, keep_alive_interval=2.1, keep_alive_count=7
    )
    apply_socket_options(tcp, options)
    assert tcp.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert tcp.getsockopt(TCP, socket.TCP_KEEPIDLE) == 1
    assert tcp.getsockopt(TCP, socket.TCP_KEEPINTVL) == 3
    assert tcp.getsockopt(TCP, socket.TCP_KEEPCNT) == 7


def test_keep_alive_times_hold_while_it_is_off(tcp: socket.socket) -> None:
    apply_socket_options(tcp, SocketOptions(keep_alive_idle=33))
    assert tcp.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 0
    set_keep_alive(tcp, True)
    assert tcp.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert tcp.getsockopt(TCP, socket.TCP_KEEPIDLE) == 33


def test_set_keep_alive(tcp: socket.socket) -> None:
    set_keep_alive(tcp, True, 10, 5, 4)
    assert tcp.getsockopt(TCP, socket.TCP_KEEPIDLE) == 10
    assert tcp.getsockopt(TCP, socket.TCP_KEEPINTVL) == 5
    assert tcp.getsockopt(TCP, socket.TCP_KEEPCNT) == 4
    set_keep_alive(tcp, False)
    assert tcp.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((1,), TypeError("keep_alive must be True or False, not 1")),
        ((True, 0), ValueError("keep_alive_idle must be more than 0 seconds, not 0")),
        ((True, None, -1), ValueError("keep_alive_interval must not be negative")),
        ((True, None, None, 0), ValueError("keep_alive_count must be at least 1, not 0")),
    ],
)
def test_bad_values_of_set_keep_alive(
    tcp: socket.socket, arguments: tuple[Any, ...], expected: Exception
) -> None:
    with pytest.raises(type(expected), match=str(expected)):
        set_keep_alive(tcp, *arguments)
    assert tcp.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 0


def test_set_no_delay(tcp: socket.socket, unix: socket.socket) -> None:
    set_no_delay(tcp, True)
    assert tcp.getsockopt(TCP, socket.TCP_NODELAY) == 1
    set_no_delay(tcp, False)
    assert tcp.getsockopt(TCP, socket.TCP_NODELAY) == 0
    with pytest.raises(OSError, match="cannot set no_delay to True: ") as caught:
        set_no_delay(unix, True)
    assert caught.value.errno == errno.EOPNOTSUPP


def test_buffer_sizes(tcp: socket.socket, unix: socket.socket) -> None:
    for sock in (tcp, unix):
        options = SocketOptions(receive_buffer_size=20000, send_buffer_size=30000)
        apply_socket_options(sock, options)
        # Linux doubles the number, for its own bookkeeping.
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) in (20000, 40000)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) in (30000, 60000)


def test_user_timeout_in_milliseconds(tcp: socket.socket) -> None:
    apply_socket_options(tcp, SocketOptions(user_timeout=1.5))
    assert tcp.getsockopt(TCP, socket.TCP_USER_TIMEOUT) == 1500


def test_an_option_that_the_platform_lacks() -> None:
    with pytest.raises(NotImplementedError, match="user_timeout needs TCP_NO_SUCH_OPTION, which"):
        platform_constant("user_timeout", "TCP_NO_SUCH_OPTION")
    assert platform_constant("any", "TCP_NO_SUCH_OPTION", "TCP_NODELAY") == socket.TCP_NODELAY


def test_user_timeout_where_the_platform_lacks_it(
    tcp: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(socket, "TCP_USER_TIMEOUT")
    with pytest.raises(NotImplementedError, match="user_timeout needs TCP_USER_TIMEOUT"):
        apply_socket_options(tcp, SocketOptions(user_timeout=1))


def test_the_idle_time_under_the_name_of_macos(
    tcp: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "TCP_KEEPALIVE", socket.TCP_KEEPIDLE, raising=False)
    monkeypatch.delattr(socket, "TCP_KEEPIDLE")
    apply_socket_options(tcp, SocketOptions(keep_alive_idle=12))
    assert tcp.getsockopt(TCP, socket.TCP_KEEPALIVE) == 12  # type: ignore[attr-defined]  # macOS


def test_type_of_service(tcp: socket.socket, tcp6: socket.socket) -> None:
    for sock in (tcp, tcp6):
        assert get_type_of_service(sock) == 0
        apply_socket_options(sock, SocketOptions(type_of_service=0x10))
        assert get_type_of_service(sock) == 0x10
        set_type_of_service(sock, 0x28)
        assert get_type_of_service(sock) == 0x28
    assert tcp6.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS) == 0x28


def test_type_of_service_of_an_ipv4_connection_on_an_ipv6_socket() -> None:
    server = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    with server, socket.create_connection(("127.0.0.1", server.getsockname()[1])):
        accepted, _ = server.accept()
        with accepted:
            set_type_of_service(accepted, 0x10)
            assert get_type_of_service(accepted) == 0x10
            assert accepted.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == 0x10


@pytest.mark.parametrize("value", [-1, 256])
def test_type_of_service_out_of_range(tcp: socket.socket, value: int) -> None:
    with pytest.raises(ValueError, match=rf"type_of_service must be in 0\.\.255, not {value}"):
        set_type_of_service(tcp, value)


def test_type_of_service_needs_an_ip_socket(unix: socket.socket) -> None:
    with pytest.raises(OSError, match="cannot set type_of_service to 8: ") as caught:
        set_type_of_service(unix, 8)
    assert caught.value.errno == errno.EOPNOTSUPP


def test_tcp_options_are_left_out_on_a_unix_socket(unix: socket.socket) -> None:
    options = SocketOptions(
        keep_alive=True, keep_alive_idle=3, type_of_service=8, user_timeout=1, no_delay=True
    )
    apply_socket_options(unix, options)
    assert unix.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 0


def test_raw_options(tcp: socket.socket, unix: socket.socket) -> None:
    linger = struct.pack("ii", 1, 5)
    for sock in (tcp, unix):
        options = SocketOptions(
            socket_options=[
                (socket.SOL_SOCKET, socket.SO_RCVLOWAT, 5),
                (socket.SOL_SOCKET, socket.SO_LINGER, linger),
            ]
        )
        apply_socket_options(sock, options)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == linger
    assert tcp.getsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT) == 5


def test_a_raw_option_without_a_value(tcp: socket.socket) -> None:
    entry = (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, None, 0)  # No device: any of them.
    apply_socket_options(tcp, SocketOptions(socket_options=[entry]))
    assert tcp.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16) == b""


def test_a_refused_raw_option_is_named(tcp: socket.socket) -> None:
    with pytest.raises(OSError, match=r"cannot set socket_options \(1, 9999, 1\): ") as caught:
        apply_socket_options(tcp, SocketOptions(socket_options=[(1, 9999, 1)]))
    assert caught.value.errno == errno.ENOPROTOOPT


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (("a", 1, 2), TypeError),
        ((1, "a", 2), TypeError),
        ((1, 2, 1.5), TypeError),
        ((1, 2, None), TypeError),
        ((1, 2, 3, 4), TypeError),
        ((1, 2, None, "a"), TypeError),
        ((1, 2, None, -1), ValueError),
        ((1, 2, 2**80), ValueError),
        ((2**31, 2, 0), ValueError),
    ],
)
def test_a_raw_option_that_is_none(entry: Any, expected: type[Exception]) -> None:
    with pytest.raises(expected, match=rf"of {re.escape(checks.shown(entry))} in socket_options"):
        SocketOptions(socket_options=[entry])


def test_a_raw_option_may_be_a_switch_or_bytes(tcp: socket.socket) -> None:
    on: list[Any] = [
        True,
        (1).to_bytes(4, sys.byteorder),
        bytearray((1).to_bytes(4, sys.byteorder)),
    ]
    for value in on:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 0)
        entry = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, value)
        apply_socket_options(tcp, SocketOptions(socket_options=[entry]))
        assert tcp.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_a_refused_option_is_named_and_keeps_its_errno(tcp: socket.socket) -> None:
    with pytest.raises(OSError, match=r"cannot set keep_alive_idle to 100000.0: ") as caught:
        apply_socket_options(tcp, SocketOptions(keep_alive_idle=100000.0))
    assert caught.value.errno == errno.EINVAL


@pytest.mark.parametrize(
    ("option", "value"),
    [("user_timeout", 1e308), ("keep_alive_interval", 1e10), ("receive_buffer_size", 2**40)],
)
def test_a_value_too_large_for_the_system(tcp: socket.socket, option: str, value: float) -> None:
    options = SocketOptions(**{option: value})
    with pytest.raises(ValueError, match=f"^{option} is too large: "):
        apply_socket_options(tcp, options)
