"""Options and descriptors that make no sense: refused at the door, and nothing is left open."""

from __future__ import annotations

import math
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

import anynet
from tests.core.server_peers import answer, nothing_left_open
from tests.support import client_of, echo

BAD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"port": 65536}, ValueError, r"port must be in 0\.\.65535, not 65536"),
    ({"port": -1}, ValueError, r"port must be in 0\.\.65535, not -1"),
    ({"port": [80, 70000]}, ValueError, r"port must be in 0\.\.65535, not 70000"),
    ({"port": "80"}, TypeError, "port must be an integer, not '80'"),
    ({"port": 80.0}, TypeError, "port must be an integer, not 80.0"),
    ({"port": True}, TypeError, "port must be an integer, not True"),
    ({"host": 127}, TypeError, "host must be a string, not 127"),
    ({"host": ["::1", None, 3]}, TypeError, "host must be a string, not 3"),
    ({"host": b"x"}, TypeError, "host must be a string, not b'x'"),
    ({"host": "localhost:80"}, ValueError, "alone, not one with a port: 'localhost:80'"),
    ({"host": "[::1]:80"}, ValueError, r"alone, not one with a port: '\[::1\]:80'"),
    ({"host": "[::1]"}, ValueError, r"host must be .* alone, not one in brackets: '\[::1\]'"),
    ({"host": "http://h/x"}, ValueError, "alone, not a URL: 'http://h/x'"),
    ({"host": ""}, ValueError, "host must not be empty"),
    ({"host": []}, ValueError, "host must not be an empty list"),
    ({"port": []}, ValueError, "port must not be an empty list"),
    ({"path": []}, ValueError, "path must not be an empty list"),
    ({"fd": []}, ValueError, "fd must not be an empty list"),
    ({"path": 3}, TypeError, "path must be a path, not 3"),
    ({"path": ""}, ValueError, "path must not be empty"),
    ({"path": "/a\0b"}, ValueError, "path must not contain a NUL"),
    ({"port": 80, "path": "/tmp/x"}, ValueError, "port and path exclude each other"),
    ({"host": "::1", "path": "/tmp/x"}, ValueError, "host and path exclude each other"),
    ({"port": 80, "fd": 3}, ValueError, "port and fd exclude each other"),
    ({"path": "/tmp/x", "fd": 3}, ValueError, "path and fd exclude each other"),
    ({"fd": "3"}, TypeError, "fd must be a descriptor or a socket, not '3'"),
    ({"fd": ""}, TypeError, "fd must be a descriptor or a socket, not ''"),
    ({"fd": b"3"}, TypeError, "fd must be a descriptor or a socket, not b'3'"),
    ({"fd": True}, TypeError, "fd must be a descriptor or a socket, not True"),
    ({"backlog": -1}, ValueError, "backlog must be at least 0, not -1"),
    ({"mode": 0o600}, ValueError, "mode is for a path"),
    ({"mode": 0o7777, "path": "/tmp/x"}, ValueError, "mode must be in"),
    ({"ipv6_only": 1}, TypeError, "ipv6_only must be True or False, not 1"),
    ({"reuse_port": "yes"}, TypeError, "reuse_port must be True or False, not 'yes'"),
    ({"max_connections": -1}, ValueError, "max_connections must be at least 1, not -1"),
    ({"max_connections": 0}, ValueError, "max_connections must be at least 1, not 0"),
    ({"max_connections_policy": "drop"}, ValueError, "is for max_connections, and there is none"),
    ({"idle_timeout_action": "notify"}, ValueError, "is for idle_timeout, and there is none"),
    ({"max_connections": 1.5}, TypeError, "max_connections must be an integer, not 1.5"),
    ({"max_connections_policy": "wait"}, ValueError, "'pause', 'drop', not 'wait'"),
    ({"block_list": ["::1"]}, TypeError, "block_list must be a BlockList, not"),
    ({"tls": True}, TypeError, "tls must be an? SSLContext, not True"),
    (
        {"tls": ssl.create_default_context()},
        ValueError,
        r"tls must be a context for servers, .*CLIENT_AUTH\), not one of PROTOCOL_TLS_CLIENT",
    ),
    ({"tls_handshake_timeout": -1}, ValueError, "tls_handshake_timeout must not be negative"),
    ({"grace_period": -0.5}, ValueError, "grace_period must not be negative or NaN"),
    ({"grace_period": math.nan}, ValueError, "grace_period must not be negative or NaN"),
    ({"grace_period": "30"}, TypeError, "grace_period must be a number of seconds, not '30'"),
    ({"idle_timeout": math.nan}, ValueError, "idle_timeout must not be negative or NaN"),
    ({"idle_timeout": 0}, ValueError, "idle_timeout must be more than 0 seconds"),
    ({"idle_timeout": -3}, ValueError, "idle_timeout must not be negative"),
    ({"idle_timeout_action": "shout"}, ValueError, "idle_timeout_action must be one of"),
    ({"user_timeout": -1}, ValueError, "user_timeout must not be negative"),
    ({"owner": 0}, ValueError, "owner is for a path, and there is none"),
    ({"group": "adm", "port": 80}, ValueError, "group is for a path, and there is none"),
    ({"owner": "", "path": "/tmp/x"}, ValueError, "owner must not be empty"),
    ({"owner": -1, "path": "/tmp/x"}, ValueError, "owner must be in 0..4294967294, not -1"),
    ({"group": True, "path": "/tmp/x"}, TypeError, "group must be a name or a number, not True"),
    ({"group": 0, "path": ["/tmp/x", "\0x"]}, ValueError, "group is for a file"),
    ({"family": "ipv5"}, ValueError, "family must be one of 'ipv4', 'ipv6', not 'ipv5'"),
    ({"family": 4}, TypeError, "family must be one of"),
    ({"family": "ipv4", "path": "/tmp/x"}, ValueError, "family is for a host and port"),
    ({"family": "ipv4", "ipv6_only": True}, ValueError, "ipv6_only excludes family 'ipv4'"),
    ({"defer_accept": 0}, ValueError, "defer_accept must be more than 0 seconds"),
    ({"defer_accept": math.inf}, ValueError, "defer_accept must be finite"),
    ({"defer_accept": 1, "fd": 3}, ValueError, "defer_accept is for a host and port"),
    ({"max_connections_per_address": 0}, ValueError, "max_connections_per_address must be at"),
    ({"accept_rate": 0}, ValueError, "accept_rate must be finite and more than 0, not 0"),
    ({"accept_rate": math.nan}, ValueError, "accept_rate must be finite and more than 0, not nan"),
    ({"accept_rate": math.inf}, ValueError, "accept_rate must be finite and more than 0, not inf"),
    ({"accept_rate": "9"}, TypeError, r"accept_rate must be a number \(a second\), not '9'"),
    ({"accept_rate": 10**400}, ValueError, "accept_rate is too large"),
    ({"max_handshakes": 0}, ValueError, "max_handshakes must be at least 1, not 0"),
    ({"max_handshakes": 1.5}, TypeError, "max_handshakes must be an integer, not 1.5"),
    ({"keep_alive_idle": math.inf}, ValueError, "keep_alive_idle must be finite"),
    (
        {"on_handler_error": "lgo"},
        ValueError,
        "on_handler_error must be 'log', 'raise' or callable",
    ),
    ({"on_handler_error": None}, TypeError, "'log', 'raise' or callable, not None"),
    ({"socket_options": [(1, 2)]}, TypeError, "socket_options must hold"),
    (
        {"socket_options": 5},
        TypeError,
        r"socket_options must be \(level, .*\) tuples, not 5",
    ),
    ({"socket_options": [5]}, TypeError, "socket_options must hold .* tuples, not 5"),
    ({"socket_options": [(6, 1, "on")]}, TypeError, r"\(6, 1, 'on'\) in socket_options.*not 'on'"),
    ({"cancel_on_disconect": True}, TypeError, "did you mean 'cancel_on_disconnect'"),
    ({"prot": 80}, TypeError, r"create_server\(\) has no option 'prot'; did you mean 'port'\?"),
    ({"zzz": 1}, TypeError, "has no option 'zzz'"),
]


@pytest.mark.parametrize(("options", "kind", "message"), BAD)
def test_options_that_make_no_sense(
    options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with nothing_left_open(), pytest.raises(kind, match=message):
        anynet.create_server(echo, **options)


@pytest.mark.anyio
@pytest.mark.parametrize(("options", "kind", "message"), BAD[:3] + BAD[-2:-1])
async def test_serve_refuses_the_same(
    options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        await anynet.serve(echo, **options)


@pytest.mark.anyio
async def test_listening_options_at_run_time_are_checked_too() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        for options, kind, message in BAD[:20]:
            with nothing_left_open(), pytest.raises(kind, match=message):
                await server.listen(**options)
        with pytest.raises(TypeError, match=r"listen\(\) has no option 'hots'.*'host'"):
            await server.listen(hots="::1")  # type: ignore[call-arg]
        with pytest.raises(TypeError, match=r"listen\(\) has no option 'tls'"):
            await server.listen(tls=None)  # type: ignore[call-arg]
        assert len(server.addresses) == 1


@pytest.mark.anyio
async def test_a_path_that_is_too_long_says_the_limit(tmp_path: Path) -> None:
    with nothing_left_open(), pytest.raises(ValueError, match=r"10[78]"):
        async with anynet.create_server(echo, path=tmp_path / ("x" * 200)):
            pytest.fail("it entered the block")


@pytest.mark.anyio
async def test_a_descriptor_that_does_not_listen(tmp_path: Path) -> None:
    left, right = socket.socketpair()
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    unbound = socket.socket()
    file = (tmp_path / "file").open("w")
    with left, right, datagram, unbound, file:
        for given, message in (
            (left, "is not listening"),
            (right.fileno(), "is not listening"),
            (datagram, "is not a stream socket"),
            (unbound, "is not listening"),
            (file.fileno(), "is not a socket"),
            (99_999, "is not a socket"),
        ):
            with nothing_left_open(), pytest.raises(ValueError, match=message):
                async with anynet.create_server(echo, fd=given):
                    pytest.fail("it entered the block")


@pytest.mark.anyio
@pytest.mark.parametrize("grace", [-1, math.nan])
async def test_a_grace_that_makes_no_sense_stops_nothing(grace: float) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        with pytest.raises(ValueError, match="grace must not be negative or NaN"):
            await server.shutdown(grace)
        assert server.listening
        async with client_of(server) as client:
            assert await answer(client) == b"hello"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"keep_alive": True, "keep_alive_idle": 100_000}, OSError, "keep_alive_idle to 100000"),
        ({"socket_options": [(9999, 1, 1)]}, OSError, "socket_options"),
        ({"socket_options": [("level", 1, 1)]}, TypeError, "socket_options"),
        ({"receive_buffer_size": 1 << 40}, ValueError, "receive_buffer_size is too large"),
    ],
)
async def test_socket_options_that_the_system_refuses(
    options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with nothing_left_open(), pytest.raises(kind, match=message):
        async with anynet.create_server(echo, host="127.0.0.1", port=0, **options):
            pytest.fail("it entered the block")


@pytest.mark.anyio
async def test_socket_options_for_tcp_that_a_unix_socket_does_not_have(tmp_path: Path) -> None:
    nagle = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    path = tmp_path / "server"
    async with anynet.create_server(echo, host="127.0.0.1", port=0, socket_options=nagle) as server:
        with nothing_left_open(), pytest.raises(OSError, match="socket_options"):
            await server.listen(path=path)
        assert not path.exists()
        async with client_of(server) as client:
            assert await answer(client) == b"hello"


@pytest.mark.anyio
@pytest.mark.parametrize("as_number", [True, False])
async def test_options_that_the_system_refuses_leave_the_callers_descriptor_open(
    as_number: bool,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd: int | socket.socket = listener.fileno() if as_number else listener
        with pytest.raises(OSError, match="keep_alive_idle"):
            async with anynet.create_server(fd=fd, keep_alive_idle=100_000):
                raise AssertionError("entered")
        with socket.create_connection(listener.getsockname()) as client:
            listener.setblocking(True)
            accepted, peer = listener.accept()
            accepted.close()
            assert peer == client.getsockname()


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"retry_on": 0.5}, TypeError, "retry_on must be exception classes, not 0.5"),
        ({"retry_on": None}, TypeError, "retry_on must be exception classes, not None"),
        (
            {"retry_on": ["OSError"]},
            TypeError,
            r"retry_on must hold .*, not \['OSError'\]",
        ),
        ({"retry_on": BaseException}, TypeError, "retry_on must hold exception classes"),
        ({"socket_options": 5}, TypeError, "socket_options must be"),
        ({"timeout": 5}, TypeError, r"connect\(\) has no option 'timeout'.*'connect_timeout'"),
        ({"ssl": True}, TypeError, r"connect\(\) has no option 'ssl'; did you mean 'tls'\?"),
        ({"conect_timeout": 5}, TypeError, "did you mean 'connect_timeout'"),
    ],
)
def test_options_of_a_connect_that_make_no_sense(
    options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with nothing_left_open(), pytest.raises(kind, match=message):
        anynet.connect("localhost", 80, **options)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["from_fd", "from_stream"])
async def test_options_of_a_socket_that_make_no_sense(name: str) -> None:
    make: Any = getattr(anynet.Socket, name)
    left, right = socket.socketpair()
    with left, right:
        with pytest.raises(TypeError, match=rf"{name}\(\) has no option 'idle'"):
            make(left, idle=5)
        with pytest.raises(TypeError, match=rf"{name}\(\).*did you mean 'idle_timeout'"):
            make(left, timeout=5)
        with pytest.raises(TypeError, match="idle_timeout must be a number of seconds, not '5'"):
            make(left, idle_timeout="5")
        left.send(b"untouched")
        assert right.recv(10) == b"untouched"
