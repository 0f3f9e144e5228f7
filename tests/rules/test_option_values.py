"""Which values and which combinations of options are refused, and with which words."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import anynet
from anynet._rules.options import (
    ConnectionOptions,
    ConnectOptions,
    ListenOptions,
    ReconnectOptions,
    ServerOptions,
    SocketOptions,
)
from anynet._rules.options.table import Options

MOST = 2**31 - 1
INF = float("inf")
LIST = anynet.BlockList()

REFUSED: list[tuple[type[Options], dict[str, Any], str]] = [
    (ListenOptions, {"host": []}, "host must not be an empty list"),
    (ListenOptions, {"path": ""}, "path must not be empty"),
    (ListenOptions, {"path": "a\0b"}, "NUL"),
    (ListenOptions, {"path": 5}, "path must be a path, not 5"),
    (ListenOptions, {"port": 1, "path": "x"}, "port and path exclude"),
    (ListenOptions, {"host": "h", "path": "x"}, "host and path exclude"),
    (ListenOptions, {"path": "x", "systemd": True}, "path and systemd exclude"),
    (ListenOptions, {"systemd": ""}, "without a colon"),
    (ListenOptions, {"systemd": ["a", "b:c"]}, "without a colon"),
    (ListenOptions, {"systemd": ["a", "a"]}, "must not hold a name twice"),
    (ListenOptions, {"systemd": [5]}, "True or the name"),
    (ListenOptions, {"mode": 0o600}, "mode is for a path"),
    (ListenOptions, {"path": "x", "mode": 0o1000}, "mode"),
    (ListenOptions, {"owner": "me"}, "owner is for a path"),
    (ListenOptions, {"group": 0}, "group is for a path"),
    (ListenOptions, {"path": "\0x", "owner": 0}, "owner is for a file"),
    (ListenOptions, {"path": ["y", "\0x"], "group": "us"}, "group is for a file"),
    (ListenOptions, {"path": "x", "owner": True}, "a name or a number"),
    (ListenOptions, {"path": "x", "owner": -1}, "owner"),
    (ListenOptions, {"path": "x", "owner": 2**32 - 1}, "owner"),
    (ListenOptions, {"path": "x", "family": "ipv4"}, "family is for a host and port, and excludes"),
    (ListenOptions, {"path": "x", "defer_accept": 1}, "defer_accept is for a host and port"),
    (ListenOptions, {"ipv6_only": True, "family": "ipv4"}, "ipv6_only excludes"),
    (ListenOptions, {"resolver": print}, "resolver is for a host"),
    (ListenOptions, {"backlog": -1}, "backlog"),
    (ServerOptions, {"proxy_protocol": "require"}, "needs proxy_trust"),
    (ServerOptions, {"proxy_trust": LIST}, "which is off"),
    (ServerOptions, {"max_connections_policy": "drop"}, "is for max_connections"),
    (ServerOptions, {"on_handler_error": "ignore"}, "on_handler_error must be"),
    (ConnectOptions, {}, "port or path is needed"),
    (ConnectOptions, {"port": 0}, "port"),
    (ConnectOptions, {"port": 1, "path": "x"}, "port and path exclude"),
    (ConnectOptions, {"path": "x", "local_port": 1}, "local_port and path exclude"),
    (ConnectOptions, {"port": 1, "server_hostname": "h"}, "which is off"),
    (ConnectOptions, {"port": 1, "connect_timeout": 0}, "more than 0"),
    (ConnectOptions, {"port": 1, "proxy_header": 5}, "proxy_header"),
    (ConnectOptions, {"port": 1, "tls": 5}, "tls"),
    (ReconnectOptions, {"retry_on": ValueError("x")}, "retry_on"),
    (ReconnectOptions, {"retry_on": [ValueError, KeyboardInterrupt]}, "exception classes"),
    (ReconnectOptions, {"backoff": float("inf")}, "finite"),
    (ConnectionOptions, {"send_timeout": 0}, "more than 0"),
    (ConnectionOptions, {"idle_timeout_action": "notify"}, "is for idle_timeout"),
    (SocketOptions, {"socket_options": [(1, 2)]}, "tuples"),
    (SocketOptions, {"socket_options": [(1, 2, None, 4, 5)]}, "tuples"),
    (SocketOptions, {"socket_options": [[1, 2, 3]]}, "tuples"),
    (SocketOptions, {"socket_options": [("1", 2, 3)]}, "the level of"),
    (SocketOptions, {"socket_options": [(1, MOST + 1, 3)]}, "the name of"),
    (SocketOptions, {"socket_options": [(1, 2, -MOST - 2)]}, "the value of"),
    (SocketOptions, {"socket_options": [(1, 2, None)]}, "the value of"),
    (SocketOptions, {"socket_options": [(1, 2, 3, 4)]}, "must be None, as there is a length"),
    (SocketOptions, {"socket_options": [(1, 2, None, -1)]}, "the length of"),
    (SocketOptions, {"socket_options": [(1, 2, None, MOST + 1)]}, "the length of"),
    (SocketOptions, {"keep_alive_idle": 0}, "more than 0"),
    (SocketOptions, {"type_of_service": 256}, "type_of_service"),
    (SocketOptions, {"receive_buffer_size": 0}, "receive_buffer_size"),
]
#: What is given, and what is kept of it.
TAKEN: list[tuple[type[Options], dict[str, Any], dict[str, Any]]] = [
    (ListenOptions, {"host": None}, {"host": (None,)}),
    (ListenOptions, {"host": ["a", None], "port": 0}, {"host": ("a", None), "port": (0,)}),
    (ListenOptions, {"port": [1, 2]}, {"port": (1, 2), "is_tcp": True}),
    (ListenOptions, {"path": None}, {"path": (), "is_tcp": True}),
    (ListenOptions, {"path": "\0x", "mode": 0}, {"path": ("\0x",), "is_tcp": False}),
    (ListenOptions, {"path": [b"a", Path("b")]}, {"path": ("a", "b")}),
    (ListenOptions, {"path": "x", "owner": 0, "group": 2**32 - 2}, {"owner": 0}),
    (ListenOptions, {"path": "x", "mode": 0o777, "backlog": 0}, {"mode": 0o777, "backlog": 0}),
    (ListenOptions, {"systemd": "a"}, {"systemd": ("a",), "is_tcp": False}),
    (ListenOptions, {"systemd": False}, {"systemd": False, "is_tcp": True}),
    (ListenOptions, {"host": "h", "resolver": print}, {"resolver": print}),
    (ListenOptions, {"ipv6_only": True, "family": "ipv6"}, {"ipv6_only": True}),
    (ServerOptions, {"on_handler_error": "raise"}, {"on_handler_error": "raise"}),
    (
        ServerOptions,
        {},
        {
            "has_prelude": False,
            "max_connections_policy": "pause",
            "cancel_on_disconnect": False,
            "tls_handshake_timeout": 10,
            "tls_standard_compatible": True,
            "proxy_timeout": 5,
            "grace_period": 30,
            "on_handler_error": "log",
        },
    ),
    (ServerOptions, {"proxy_protocol": "accept", "proxy_trust": LIST}, {"has_prelude": True}),
    (ServerOptions, {"on_handler_error": print}, {"on_handler_error": print}),
    (ConnectOptions, {"path": "x", "local_host": None}, {"path": "x", "port": None}),
    (ConnectOptions, {"port": 1, "server_hostname": "h", "tls": True}, {"tls": True}),
    (ConnectOptions, {"port": 65535, "local_port": 0}, {"local_port": 0}),
    (ConnectOptions, {"port": 1}, {"attempt_delay": 0.25, "tls": False}),
    (ReconnectOptions, {}, {"backoff": 0.1, "max_backoff": 30, "reset_after": 10}),
    (ReconnectOptions, {"retry_on": OSError, "backoff": 0}, {"retry_on": (OSError,)}),
    (ReconnectOptions, {"retry_on": [KeyError]}, {"retry_on": (KeyError,)}),
    (ListenOptions, {"exclusive": True}, {"exclusive": True}),
    (ListenOptions, {}, {"exclusive": False, "replace_stale": True, "bound": ()}),
    (ListenOptions, {}, {"ipv6_only": False, "reuse_port": False, "systemd": False}),
    (ConnectionOptions, {}, {"allow_half_open": True, "has_time_limits": False}),
    (SocketOptions, {}, {"no_delay": True, "keep_alive": False, "socket_options": ()}),
    (ConnectionOptions, {"receive_timeout": 5}, {"receive_timeout": 5, "has_time_limits": True}),
    (ConnectionOptions, {"send_timeout": INF}, {"send_timeout": None, "has_time_limits": False}),
    (ConnectionOptions, {"max_lifetime": 1}, {"max_lifetime": 1, "has_time_limits": True}),
    (SocketOptions, {"socket_options": None}, {"socket_options": ()}),
    (SocketOptions, {"socket_options": [(1, 2, True)]}, {"socket_options": ((1, 2, True),)}),
    (SocketOptions, {"socket_options": [(0, MOST, -MOST - 1)]}, {}),
    (SocketOptions, {"socket_options": [(1, 2, b"x"), (1, 2, memoryview(b""))]}, {}),
    (SocketOptions, {"socket_options": [(1, 2, None, 0), (1, 2, None, MOST)]}, {}),
    (SocketOptions, {"type_of_service": 255, "user_timeout": 0}, {"type_of_service": 255}),
]


def shown(cell: object) -> str | None:
    """The id of a cell: no object's own, which is another in each process."""
    if isinstance(cell, dict):
        return "+".join(cell) or "nothing"
    return cell.__name__ if isinstance(cell, type) else None


@pytest.mark.parametrize(("cls", "given", "words"), REFUSED, ids=shown)
def test_it_is_refused(cls: type[Options], given: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        cls(**given)


@pytest.mark.parametrize(("cls", "given", "kept"), TAKEN, ids=shown)
def test_it_is_taken(cls: type[Options], given: dict[str, Any], kept: dict[str, Any]) -> None:
    options = cls(**given)
    assert {name: getattr(options, name) for name in kept} == kept


@pytest.fixture
def bound(tmp_path: Path) -> Iterator[dict[str, anynet.BoundSocket]]:
    both = {"port": anynet.bind("127.0.0.1"), "path": anynet.bind(path=tmp_path / "bound")}
    yield both
    for each in both.values():
        each.close()


def test_what_is_bound_is_held_once(bound: dict[str, anynet.BoundSocket]) -> None:
    port, path = bound["port"], bound["path"]
    assert ListenOptions(bound=port).bound == (port,)
    assert not ListenOptions(bound=[port, path]).is_tcp
    for given, words in (
        ({"bound": [port, port]}, "must not hold a socket twice"),
        ({"bound": 5}, "bound"),
        ({"bound": [port, 5]}, "bound"),
        ({"bound": port, "port": 1}, "port and bound exclude"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            ListenOptions(**given)


def test_what_is_bound_connects_to_its_like(bound: dict[str, anynet.BoundSocket]) -> None:
    port, path = bound["port"], bound["path"]
    assert ConnectOptions(port=1, bound=port).bound is port
    assert ConnectOptions(path="x", bound=path).bound is path
    for given, words in (
        ({"port": 1, "bound": path}, "bound is a path"),
        ({"path": "x", "bound": port}, "bound is a port"),
        ({"port": 1, "bound": port, "local_host": "h"}, "local_host and bound exclude"),
        ({"port": 1, "bound": port, "local_port": 1}, "local_port and bound exclude"),
    ):
        with pytest.raises(ValueError, match=words):
            ConnectOptions(**given)


def test_sockets_are_taken_one_or_several() -> None:
    with socket.socket() as one:
        assert ListenOptions(fd=one).fd == (one,)
        assert ListenOptions(fd=[one, one.fileno()]).fd == (one, one.fileno())
        assert ListenOptions(fd=None).fd == ()
        with pytest.raises(ValueError, match="path and fd exclude"):
            ListenOptions(path="x", fd=one)


def test_a_header_that_cannot_be_sent_is_refused_at_once() -> None:
    header = anynet.ProxyHeader(
        source=anynet.SocketAddress("192.0.2.1", 1),
        destination=anynet.SocketAddress("192.0.2.2", 2),
        tlvs=[anynet.ProxyTLV(0xE0, bytes(20_000))],
    )
    local = anynet.ProxyHeader(local=True)
    assert ConnectOptions(port=1, proxy_header=local).proxy_header is local
    with pytest.raises(ValueError, match="must not carry more"):
        ConnectOptions(port=1, proxy_header=header)


def test_only_what_differs_from_the_systems_default_is_set() -> None:
    def settings(**given: Any) -> list[tuple[str, float]]:
        return [(name, value) for name, value, _ in SocketOptions(**given).settings]

    assert settings() == [("no_delay", True)]
    assert settings(no_delay=False) == [("no_delay", False)]
    assert settings(keep_alive=False) == [("no_delay", True)]
    assert settings(keep_alive=True, keep_alive_count=3) == [
        ("no_delay", True),
        ("keep_alive", True),
        ("keep_alive_count", 3),
    ]
    scale = {name: row.scale for name, _, row in SocketOptions(user_timeout=1.5).settings}
    assert scale == {"no_delay": 1, "user_timeout": 1000}
