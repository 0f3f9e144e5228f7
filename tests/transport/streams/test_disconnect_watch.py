"""Knowing that a peer left without reading: FIN, RST, own close, cancellation, several at once."""

from __future__ import annotations

import errno
import os
import select
import socket
import struct
from typing import Any

import anyio
import pytest

import anynet
from anynet._transport.loops.host_loop import current_host_loop
from anynet.testing import memory_pair
from tests.support import open_descriptors
from tests.testing.pairs import at_the_wake, plain_and_ours, tcp, wrap_tls

pytestmark = pytest.mark.anyio


@pytest.fixture(params=[socket.AF_INET, socket.AF_UNIX], ids=["tcp", "unix"])
def pair(request: pytest.FixtureRequest) -> Any:
    return lambda: plain_and_ours(request.param)


async def test_end_behind_unread_bytes(pair: Any) -> None:
    with pair() as (peer, ours):
        peer.sendall(b"unread")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ours.wait_peer_closed)
            tasks.start_soon(ours.wait_peer_closed)
            await anyio.wait_all_tasks_blocked()
            peer.shutdown(socket.SHUT_WR)
        await ours.wait_peer_closed()
        assert await ours.receive() == b"unread"
        with pytest.raises(anyio.EndOfStream):
            await ours.receive()
        await ours.wait_peer_closed()
        assert not ours.closed


async def test_reset_behind_unread_bytes() -> None:
    with plain_and_ours() as (peer, ours):
        peer.sendall(b"unread")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ours.wait_peer_closed)
            await anyio.wait_all_tasks_blocked()
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
        with pytest.raises(anyio.BrokenResourceError):
            while True:
                await ours.receive()


@pytest.mark.parametrize("ending", ["aclose", "reset", "detach"])
async def test_own_close_wakes_all(pair: Any, ending: str) -> None:
    async def wait(ours: anynet.Socket) -> None:
        with pytest.raises(anyio.ClosedResourceError):
            await ours.wait_peer_closed()

    with pair() as (_, ours):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait, ours)
            tasks.start_soon(wait, ours)
            await anyio.wait_all_tasks_blocked()
            result = getattr(ours, ending)()
            if ending == "aclose":
                await result
            elif ending == "detach":
                result.close()
        await wait(ours)


async def test_data_alone_does_not_wake_and_cancelling_leaves_nothing(pair: Any) -> None:
    with pair() as (peer, ours):
        before = open_descriptors()
        for _ in range(3):
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(ours.wait_peer_closed)
                    await anyio.wait_all_tasks_blocked()
                    peer.sendall(b"data")
                    assert await ours.receive() == b"data"
                    await anyio.wait_all_tasks_blocked()
                    scope.cancel()
            assert scope.cancelled_caught
        assert open_descriptors() == before
        with anyio.CancelScope() as scope:
            scope.cancel()
            await ours.wait_peer_closed()
        assert scope.cancelled_caught
        assert open_descriptors() == before


async def test_one_of_two_waiters_is_cancelled(pair: Any) -> None:
    with pair() as (peer, ours):
        async with anyio.create_task_group() as staying:
            staying.start_soon(ours.wait_peer_closed)
            async with anyio.create_task_group() as leaving:
                leaving.start_soon(ours.wait_peer_closed)
                await anyio.wait_all_tasks_blocked()
                leaving.cancel_scope.cancel()
            peer.close()


async def test_reader_and_watcher_of_one_socket(pair: Any) -> None:
    with pair() as (peer, ours):
        received = bytearray()

        async def read() -> None:
            async for chunk in ours:
                received.extend(chunk)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
            tasks.start_soon(ours.wait_peer_closed)
            await anyio.wait_all_tasks_blocked()
            peer.sendall(b"last words")
            peer.close()
        assert received == b"last words"


@pytest.mark.parametrize("attempt", range(8))
async def test_closed_in_the_turn_in_which_the_peer_left(attempt: int) -> None:
    with plain_and_ours() as (peer, ours):

        async def watch() -> None:
            try:
                await ours.wait_peer_closed()
            except anyio.ClosedResourceError:
                pass

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch)
            await anyio.wait_all_tasks_blocked()
            await at_the_wake(peer.close, ours.reset, action_first=attempt % 2 == 0)


@pytest.mark.parametrize("attempt", range(8))
async def test_reader_closes_at_the_end_that_the_watch_sees_too(attempt: int) -> None:
    """The commonest way to end, and the descriptor and the watch get ready at the same time."""
    with plain_and_ours() as (peer, ours):

        async def read() -> None:
            with pytest.raises(anyio.EndOfStream):
                await ours.receive()
            await ours.aclose()

        async def watch() -> None:
            try:
                await ours.wait_peer_closed()
            except anyio.ClosedResourceError:
                pass

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read if attempt % 2 else watch)
            tasks.start_soon(watch if attempt % 2 else read)
            await anyio.wait_all_tasks_blocked()
            peer.close()


async def test_many_watched_at_once() -> None:
    before = open_descriptors()
    pairs = [socket.socketpair() for _ in range(50)]
    sockets = [anynet.Socket.from_fd(one) for one, _ in pairs]
    left: list[int] = []
    half = anyio.Event()

    async def watch(index: int) -> None:
        await sockets[index].wait_peer_closed()
        left.append(index)
        if len(left) == 25:
            half.set()

    async with anyio.create_task_group() as tasks:
        for index in range(50):
            tasks.start_soon(watch, index)
        await anyio.wait_all_tasks_blocked()
        assert open_descriptors() - before <= 101
        for index in range(0, 50, 2):
            pairs[index][1].close()
        await half.wait()
        await anyio.wait_all_tasks_blocked()
        assert sorted(left) == list(range(0, 50, 2))
        for index in range(1, 50, 2):
            pairs[index][1].close()
    assert sorted(left) == list(range(50))
    for sock in sockets:
        sock.reset()
    assert open_descriptors() == before


async def test_over_tls() -> None:
    async with tcp() as (one, other):
        client, server = map(anynet.Socket.from_stream, await wrap_tls(one, other))
        await client.send(b"unread")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.wait_peer_closed)
            await anyio.wait_all_tasks_blocked()
            await client.aclose()
        assert await server.receive() == b"unread"
        await server.aclose()
        with pytest.raises(anyio.ClosedResourceError):
            await server.wait_peer_closed()


@pytest.mark.parametrize("ending", ["aclose", "reset", "expire"])
async def test_own_close_over_tls(ending: str) -> None:
    async with tcp() as (one, other):
        client, server = map(anynet.Socket.from_stream, await wrap_tls(one, other))

        async def wait() -> None:
            error = TimeoutError if ending == "expire" else anyio.ClosedResourceError
            with pytest.raises(error):
                await server.wait_peer_closed()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            await anyio.wait_all_tasks_blocked()
            if ending == "aclose":
                await server.aclose()
            elif ending == "reset":
                server.reset()
            else:
                server.set_idle_timeout(0.02)
        await server.aclose()
        await client.aclose()


async def test_over_memory_it_is_not_there() -> None:
    client, server = memory_pair()
    async with client, server:
        with pytest.raises(NotImplementedError, match="not over our own socket"):
            await client.wait_peer_closed()


@pytest.mark.parametrize("at", ["watch", "register"])
async def test_where_the_system_watches_no_more_descriptors(
    pair: Any, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    real_epoll = select.epoll

    class FullEpoll:
        def __init__(self) -> None:
            self._real = real_epoll()
            self.fileno, self.close = self._real.fileno, self._real.close

        register = refuse

    with pair() as (peer, ours):
        before = open_descriptors()
        with monkeypatch.context() as patch:
            if at == "watch":
                patch.setattr(type(current_host_loop()), "watch", refuse)
            else:
                patch.setattr(select, "epoll", FullEpoll)
            with pytest.raises(OSError, match="No space left"):
                await ours.wait_peer_closed()
        assert open_descriptors() == before
        peer.close()
        await ours.wait_peer_closed()
