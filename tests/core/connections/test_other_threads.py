"""What belongs to an event loop is not for other threads, nor for a forked child to spoil."""

from __future__ import annotations

import gc
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

import anynet
from anynet import node
from tests.core.server_peers import PATIENCE, answer, turns
from tests.support import client_of, echo, in_thread
from tests.testing.pairs import PAIRS, plain_and_ours

pytestmark = pytest.mark.anyio

USES: dict[str, Callable[[anynet.Socket], object]] = {
    "reset": lambda s: s.reset(),
    "release": lambda s: s.release(),
    "hand_over": lambda s: s.hand_over(),
}


# -- threads --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["tcp v4", "unix", "tls", "memory sockets"])
@pytest.mark.parametrize("use", USES)
async def test_another_thread_is_refused_and_changes_nothing(kind: str, use: str) -> None:
    async with PAIRS[kind]() as (one, other):
        with pytest.raises(RuntimeError, match=r"anyio\.from_thread\.run_sync"):
            await in_thread(USES[use], one)
        assert not one.closed
        await one.send(b"still open")
        assert await other.receive() == b"still open"


async def test_a_thread_of_anyio_can_have_it_done() -> None:
    async with PAIRS["tcp v4"]() as (one, _):
        await in_thread(anyio.from_thread.run_sync, one.reset)
        assert one.closed


async def test_a_server_is_not_closed_by_another_thread() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        with pytest.raises(RuntimeError, match="the thread of its event loop"):
            await in_thread(server.close)
        assert server.listening
        async with client_of(server) as client:
            assert await answer(client) == b"hello"


def test_after_the_loop_has_ended_any_thread_may_close(
    anyio_backend: tuple[str, dict[str, Any]],
) -> None:
    left: list[anynet.Socket] = []

    async def leave_open() -> None:
        one, other = socket.socketpair()
        left.extend((anynet.Socket.from_fd(one), anynet.Socket.from_fd(other)))

    name, options = anyio_backend
    anyio.run(leave_open, backend=name, backend_options=options)
    for each in left:
        thread = threading.Thread(target=each.reset)
        thread.start()
        thread.join()
        assert each.closed


def _collected_in_a_thread(drop: Callable[[], None]) -> None:
    def run() -> None:
        drop()
        gc.collect()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


async def test_a_finalizer_in_another_thread_still_ends_the_iteration() -> None:
    """The runtime would wait for a stream that nobody is going to read any more."""
    one, other = socket.socketpair()
    with other, anyio.fail_after(PATIENCE):
        async with node.runtime():
            stream = node.Socket({"fd": one.detach()})
            other.send(b"x")
            iterators = [stream.__aiter__()]
            assert await anext(iterators[0]) == b"x"
            stream.on("error", lambda _: None)
            _collected_in_a_thread(iterators.clear)
        assert stream.destroyed


@pytest.mark.parametrize("wait", [node.events.once, node.events.on])
async def test_a_finalizer_in_another_thread_ends_the_listening(
    wait: Callable[[object, str], object],
) -> None:
    async with node.runtime():
        stream = node.Socket()
        waiting = [wait(stream, "data")]
        assert stream.listenerCount("data") == 1
        _collected_in_a_thread(waiting.clear)
        await turns()
        assert stream.listenerCount("data") == 0


# -- forks ----------------------------------------------------------------------------------------


@contextmanager
def forked(act: Callable[[], object]) -> Iterator[None]:
    """``act()`` is called in a forked child, which then ends."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert status == 0
    yield


@pytest.mark.parametrize("use", [anynet.Socket.reset, anynet.Socket.release, anynet.Socket.detach])
async def test_a_child_that_closes_its_copy_leaves_the_watch_of_the_parent(
    use: Callable[[anynet.Socket], object],
) -> None:
    with plain_and_ours() as (peer, ours):
        async with anyio.create_task_group() as tasks:
            with anyio.fail_after(PATIENCE):
                tasks.start_soon(ours.wait_peer_closed)
                await anyio.wait_all_tasks_blocked()
                with forked(lambda: use(ours)):
                    peer.close()
        assert not ours.closed


async def test_a_child_that_resets_its_copy_does_not_have_the_parent_reset() -> None:
    with plain_and_ours() as (peer, ours):
        with forked(ours.reset):
            await ours.send(b"hello")
        await ours.aclose()
        assert peer.recv(10) == b"hello"
        assert peer.recv(10) == b""


async def test_a_child_that_closes_its_copy_of_a_server_leaves_that_of_the_parent(
    tmp_path: Path,
) -> None:
    path = tmp_path / "socket"
    async with anynet.create_server(
        echo, path=[path, tmp_path / "another"], cancel_on_disconnect=True
    ) as server:
        async with client_of(server) as before:
            assert await answer(before) == b"hello"
            with forked(server.close):
                assert path.exists()
            assert await answer(before) == b"hello"
        async with client_of(server) as after:
            assert await answer(after) == b"hello"
