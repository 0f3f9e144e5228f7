"""Sockets on the loopback interface that answer, refuse or are silent; and dials to them."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

import pytest

from anynet._rules.options import ConnectOptions, Resolver, SocketOptions
from anynet._rules.values.addresses import Family
from anynet._rules.values.errors import ConnectError
from anynet._rules.values.events import ConnectEvent
from anynet._transport.dialing.connect import connect_socket

Opener: TypeAlias = Callable[[str, int], AbstractContextManager[socket.socket]]


def open_descriptors() -> set[tuple[str, str]]:
    found = set()
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # that of the listing itself
            found.add((name, os.readlink(f"/proc/self/fd/{name}")))
    return found


@contextlib.contextmanager
def nothing_left_open() -> Iterator[None]:
    before = open_descriptors()
    yield
    assert open_descriptors() == before


@contextlib.contextmanager
def bound(address: str = "127.0.0.1", port: int = 0) -> Iterator[socket.socket]:
    """A socket that holds a port, but refuses connections."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as sock:
        sock.setblocking(False)
        sock.bind((address, port))
        yield sock


@contextlib.contextmanager
def listening(
    address: str = "127.0.0.1", port: int = 0, backlog: int = 16
) -> Iterator[socket.socket]:
    with bound(address, port) as sock:
        sock.listen(backlog)
        yield sock


@contextlib.contextmanager
def silent(address: str = "127.0.0.1", port: int = 0) -> Iterator[socket.socket]:
    """A listener whose backlog is full, so that it doesn't answer any more."""
    with listening(address, port, 0) as sock, contextlib.ExitStack() as clients:
        while True:
            client = clients.enter_context(socket.socket(sock.family))
            client.setblocking(False)
            client.connect_ex(sock.getsockname())
            try:
                client.getpeername()
            except OSError as error:
                if error.errno != errno.ENOTCONN:
                    raise
                break
        yield sock


@contextlib.contextmanager
def on_one_port(*kinds: tuple[Opener, str]) -> Iterator[list[socket.socket]]:
    """Open a socket of each kind at its address, all at a port that is free at each of them."""
    while True:
        with contextlib.ExitStack() as stack:
            port, sockets = 0, []
            try:
                for opener, address in kinds:
                    sockets.append(stack.enter_context(opener(address, port)))
                    port = port_of(sockets[0])
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                continue
            yield sockets
            return


@contextlib.contextmanager
def full_unix_listener(path: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as sock, contextlib.ExitStack() as clients:
        sock.setblocking(False)
        sock.bind(path)
        sock.listen(0)
        while True:
            client = clients.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            if client.connect_ex(path) == errno.EAGAIN:
                break
        yield sock


def port_of(sock: socket.socket) -> int:
    port: int = sock.getsockname()[1]
    return port


def nobody_came(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return True
    return False


def looking_up(*addresses: str) -> Resolver:
    async def resolver(host: str, family: Family | None) -> Iterable[str]:
        return addresses

    return resolver


def ignore(event: ConnectEvent) -> None:
    pass


async def dialled(
    on_event: Callable[[ConnectEvent], object] = ignore,
    socket_options: SocketOptions | None = None,
    **options: Any,
) -> tuple[socket.socket, Any]:
    """The socket and the name of the peer of a dial that succeeds."""
    result = await connect_socket(
        ConnectOptions(**options), socket_options or SocketOptions(), on_event
    )
    return result.sock, result.peername


async def failure(
    on_event: Callable[[ConnectEvent], object] = ignore, **options: Any
) -> ConnectError:
    """The error of a dial that must fail, and that must leave nothing open."""
    with nothing_left_open(), pytest.raises(ConnectError) as info:
        await dialled(on_event, **options)
    assert info.value.timeline is not None
    return info.value
