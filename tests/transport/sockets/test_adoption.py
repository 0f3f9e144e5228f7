"""Adopting connected sockets: what is taken, what is refused, and that nothing is left open."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest

import anynet
from anynet import node
from anynet._transport.sockets.adoption import adopt_connected
from anynet.cluster.wire.fd_handles import check_sendable
from tests.testing.pairs import tcp_sockets


@contextmanager
def of_kind(kind: str) -> Iterator[int]:
    """A descriptor that is no connected stream socket; it must still be open afterwards."""
    if kind == "pipe":
        fd, other = os.pipe()
    elif kind == "file":
        fd = os.open(os.devnull, os.O_RDONLY)
        other = os.dup(fd)
    else:
        makers: dict[str, Callable[[], socket.socket]] = {
            "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            "unconnected": socket.socket,
            "listening": lambda: socket.create_server(("127.0.0.1", 0)),
        }
        sock = makers[kind]()
        fd = sock.detach()
        other = os.dup(fd)
    try:
        yield fd
        os.fstat(fd)
    finally:
        os.close(fd)
        os.close(other)


WRONG = {
    "pipe": "is not a socket",
    "file": "is not a socket",
    "udp": "is not a TCP or Unix stream socket",
    "unconnected": "is not connected",
    "listening": "is not connected",
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_descriptor_is_named_and_left_open(kind: str) -> None:
    with of_kind(kind) as fd:
        with pytest.raises(ValueError, match=f"fd {fd} {WRONG[kind]}"):
            adopt_connected(fd)


def test_wrong_socket_object_is_left_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        with pytest.raises(ValueError, match="is not connected"):
            adopt_connected(sock)
        assert sock.fileno() >= 0
        assert sock.getblocking()


@pytest.mark.parametrize(
    ("fd", "error", "message"),
    [
        ("5", TypeError, "fd must be a descriptor or a socket, not '5'"),
        (True, TypeError, "fd must be a descriptor or a socket, not True"),
        (None, TypeError, "fd must be a descriptor or a socket, not None"),
        (-1, ValueError, "fd must be in 0..2147483647, not -1"),
        (2**40, ValueError, "fd must be in 0..2147483647, not 1099511627776"),
        (2**31 - 1, ValueError, "fd 2147483647 is not a socket"),
    ],
)
def test_what_is_no_descriptor(fd: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        adopt_connected(fd)


def test_closed_socket_object() -> None:
    sock, other = socket.socketpair()
    sock.close()
    with (
        other,
        pytest.raises(ValueError, match="fd must be an open socket, but it has been closed"),
    ):
        adopt_connected(sock)


TAKERS: dict[str, Callable[[socket.socket], object]] = {
    "from_fd": anynet.Socket.from_fd,
    "create_server": lambda sock: anynet.create_server(fd=sock),
    "a channel": check_sendable,
    "the adapter": lambda sock: node.Socket({"handle": sock}),
}


@pytest.mark.anyio
@pytest.mark.parametrize("taker", TAKERS)
async def test_a_socket_that_does_tls_itself_is_refused_and_left_open(taker: str) -> None:
    peer, mine = socket.socketpair()
    context = ssl.create_default_context()
    secure = context.wrap_socket(mine, server_hostname="a", do_handshake_on_connect=False)
    with peer, secure:
        async with node.runtime():
            with pytest.raises(
                TypeError, match=r"not an ssl\.SSLSocket|handle type cannot be sent"
            ):
                TAKERS[taker](secure)
        assert secure.fileno() >= 0
        assert secure.getblocking()


def test_outside_of_an_event_loop_nothing_is_taken() -> None:
    one, other = socket.socketpair()
    with one, other:
        number = one.fileno()
        with pytest.raises(anyio.NoEventLoopError):
            anynet.Socket.from_fd(number)
        with pytest.raises(anyio.NoEventLoopError):
            anynet.Socket.from_fd(one)
        one.sendall(b"still mine")
        assert other.recv(100) == b"still mine"


MAKERS: dict[str, Callable[[], tuple[socket.socket, socket.socket]]] = {
    "tcp": tcp_sockets,
    "tcp v6": lambda: tcp_sockets("::1"),
    "unix": socket.socketpair,
}


@pytest.mark.anyio
@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("as_number", [True, False])
async def test_adopted_socket_works(kind: str, as_number: bool) -> None:
    peer, mine = MAKERS[kind]()
    with peer:
        peer.settimeout(10)
        peername = mine.getpeername()
        ours = anynet.Socket.from_fd(mine.detach() if as_number else mine)
        async with ours:
            await ours.send(b"hello")
            assert peer.recv(10) == b"hello"
            peer.sendall(b"hi")
            assert await ours.receive() == b"hi"
            before = ours.remote_address
        assert peer.recv(1) == b""
        assert ours.local_address is None
        if kind == "unix":
            assert ours.remote_address is None
        else:
            assert isinstance(before, anynet.SocketAddress)
            assert (before.address, before.port) == peername[:2]
            assert ours.remote_address == before


@pytest.mark.anyio
async def test_peer_is_remembered_though_nobody_asked_before_the_close() -> None:
    peer, mine = tcp_sockets()
    with peer:
        address = anynet.SocketAddress.from_sockaddr(mine.getpeername())
        ours = anynet.Socket.from_fd(mine)
        await ours.aclose()
        assert ours.remote_address == address


@pytest.mark.anyio
async def test_wrong_options_take_nothing() -> None:
    one, other = socket.socketpair()
    with one, other:
        number = one.fileno()
        from_fd: Any = anynet.Socket.from_fd
        with pytest.raises(TypeError, match="no_such_option"):
            from_fd(number, no_such_option=1)
        for value, error in ((-1, ValueError), (float("nan"), ValueError), ("1", TypeError)):
            with pytest.raises(error, match="idle_timeout must"):
                from_fd(number, idle_timeout=value)
        with pytest.raises(ValueError, match="idle_timeout_action must be one of"):
            from_fd(number, idle_timeout_action="explode")
        with pytest.raises(TypeError, match="allow_half_open must be True or False"):
            from_fd(number, allow_half_open=1)
        one.sendall(b"still mine")
        assert other.recv(100) == b"still mine"
