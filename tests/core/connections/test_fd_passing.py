"""Passing descriptors over Unix sockets, with AnyIO's signatures, and who the peer is."""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from anyio.abc import UNIXSocketStream

import anynet
from anynet import DescriptorsTruncated
from anynet.testing import memory_pair
from tests.support import open_descriptors
from tests.testing.pairs import tcp, unix

pytestmark = pytest.mark.anyio


def _pipe_works(reader: int, writer: int) -> None:
    os.write(writer, b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)


async def test_descriptors_arrive_usable_and_close_on_exec() -> None:
    async with unix() as (one, other):
        before = open_descriptors()
        reader, writer = os.pipe()
        with open(reader, "rb") as file, open(writer, "wb"):
            await one.send_fds(b"take it", [file, writer])
            message, fds = await other.receive_fds(100, 5)
            assert message == b"take it"
            assert len(fds) == 2
            assert not any(map(os.get_inheritable, fds))
            _pipe_works(fds[0], writer)
            os.close(fds[1])
            assert one.statistics().send_waits == 0
        assert open_descriptors() == before


async def test_message_without_descriptors() -> None:
    async with unix() as (one, other):
        await one.send(b"none")
        assert await other.receive_fds(2, 3) == (b"no", [])
        assert await other.receive() == b"ne"
        await one.aclose()
        with pytest.raises(anyio.EndOfStream):
            await other.receive_fds(1, 1)


async def test_more_than_asked_for_closes_all() -> None:
    async with unix() as (one, other):
        reader, writer = os.pipe()
        await one.send_fds(b"x", [reader, writer, reader])
        before = open_descriptors()
        with pytest.raises(DescriptorsTruncated, match="more than 2 descriptors"):
            await other.receive_fds(10, 2)
        assert open_descriptors() == before
        await one.send(b"goes on")
        assert await other.receive() == b"goes on"
        os.close(reader)
        os.close(writer)


async def test_cancelling_loses_and_leaks_nothing() -> None:
    async with unix() as (one, other):
        reader, writer = os.pipe()
        before = open_descriptors()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await one.send_fds(b"never", [reader])
        assert scope.cancelled_caught
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(other.receive_fds, 10, 1)
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        await one.send_fds(b"now", [reader])
        with anyio.CancelScope() as scope:
            scope.cancel()
            await other.receive_fds(10, 1)
        assert scope.cancelled_caught
        assert open_descriptors() == before
        message, fds = await other.receive_fds(10, 1)
        assert message == b"now"
        _pipe_works(fds[0], writer)
        os.close(reader)
        os.close(writer)


async def test_it_speaks_with_anyio() -> None:
    one, other = socket.socketpair()
    async with (
        anynet.Socket.from_fd(one) as ours,
        await UNIXSocketStream.from_socket(other) as theirs,
    ):
        reader, writer = os.pipe()
        await ours.send_fds(b"there", [reader])
        message, fds = await theirs.receive_fds(10, 1)
        assert message == b"there"
        _pipe_works(fds[0], writer)
        await theirs.send_fds(b"back", [reader])
        message, fds = await ours.receive_fds(10, 1)
        assert message == b"back"
        _pipe_works(fds[0], writer)
        os.close(reader)
        os.close(writer)


@pytest.mark.parametrize(
    ("message", "fds", "error", "text"),
    [
        (b"", [0], ValueError, "message must not be empty"),
        (b"x", [], ValueError, "fds must not be empty"),
        ("text", [0], TypeError, "data must be bytes-like"),
        (b"x", [10**6], ValueError, "fds must hold open descriptors"),
        (b"x", [-1], ValueError, "fds must hold open descriptors"),
        (b"x", ["x"], TypeError, "fds must hold descriptors, or objects with one, not 'x'"),
        (b"x", [True], TypeError, "fds must hold descriptors.*not True"),
        (b"x", [1.5], TypeError, "fds must hold descriptors.*not 1.5"),
        (b"x", 5, TypeError, "fds must be descriptors, not 5"),
        (b"x", [0] * 300, ValueError, "at most 253 descriptors fit a message, not 300"),
    ],
)
async def test_bad_sends(message: Any, fds: Any, error: type[Exception], text: str) -> None:
    async with unix() as (one, other):
        with pytest.raises(error, match=text):
            await one.send_fds(message, fds)
        await one.send(b"nothing went")
        assert await other.receive_fds(100, 9) == (b"nothing went", [])


async def test_bad_receives() -> None:
    async with unix() as (one, other):
        await one.send(b"kept")
        for msglen, maxfds in ((0, 1), (1, -1)):
            with pytest.raises(ValueError, match="must be at least"):
                await other.receive_fds(msglen, maxfds)
        assert await other.receive() == b"kept"


async def test_only_unix_sockets_pass_descriptors() -> None:
    client, server = memory_pair()
    async with tcp() as (one, _), client, server:
        calls: list[Callable[[anynet.Socket], Awaitable[object]]] = [
            lambda sock: sock.send_fds(b"x", [0]),
            lambda sock: sock.receive_fds(1, 1),
        ]
        for call in calls:
            with pytest.raises(ValueError, match="needs a Unix socket, not AF_INET"):
                await call(one)
            with pytest.raises(ValueError, match="needs a socket of the operating system"):
                await call(client)
        with pytest.raises(ValueError, match="peer_credentials needs a Unix socket, not AF_INET"):
            _ = one.peer_credentials


async def test_peer_credentials() -> None:
    async with unix() as (one, _):
        credentials = one.peer_credentials
        assert credentials.pid == os.getpid()
        assert (credentials.uid, credentials.gid) == (os.geteuid(), os.getegid())
    with pytest.raises(anyio.ClosedResourceError):
        _ = one.peer_credentials
    with pytest.raises(anyio.ClosedResourceError):
        await one.send_fds(b"x", [0])
