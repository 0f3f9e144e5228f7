"""Many event loops in one process: nothing of a loop outlives it."""

from __future__ import annotations

import gc
import socket
import weakref
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import anynet
from anynet._transport.loops.host_loop import current_host_loop
from anynet.testing import memory_pair
from tests.conftest import BACKENDS
from tests.support import echo, open_descriptors
from tests.testing.pairs import plain_and_ours

Run = Callable[..., Any]


@pytest.fixture(params=list(BACKENDS))
def run(request: pytest.FixtureRequest) -> Run:
    backend, options = BACKENDS[request.param]
    return lambda function: anyio.run(function, backend=backend, backend_options=options)


async def _work() -> tuple[weakref.ref[object], ...]:
    """A server, clients, timers, a watch: all that leaves traces in a loop."""
    async with anynet.create_server(
        echo, host="127.0.0.1", port=0, grace_period=0, idle_timeout=60, cancel_on_disconnect=True
    ) as server:
        address = server.address
        assert isinstance(address, anynet.SocketAddress)
        async with anynet.connect(address.address, address.port, idle_timeout=60) as client:
            await client.send(b"ping")
            assert await client.receive() == b"ping"
            with anyio.move_on_after(0.001):
                await client.wait_peer_closed()
    one, other = memory_pair(idle_timeout=60)
    async with one, other:
        await one.send(b"x")
        assert await other.receive() == b"x"
    loop = anyio.lowlevel.current_token().native_token
    return weakref.ref(current_host_loop()), weakref.ref(loop)


def test_fifty_loops_leave_nothing(run: Run) -> None:
    run(_work)
    before = open_descriptors()
    references = [reference for _ in range(50) for reference in run(_work)]
    assert open_descriptors() == before
    gc.collect()
    assert [each() for each in references if each() is not None] == []


def test_interrupted_work_leaves_nothing(run: Run) -> None:
    async def fail() -> None:
        raise ArithmeticError

    async def interrupted() -> None:
        with plain_and_ours() as (peer, ours):
            peer.sendall(b"x")
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ours.wait_peer_closed)
                tasks.start_soon(ours.send, bytes(1 << 25))
                await anyio.wait_all_tasks_blocked()
                tasks.start_soon(fail)

    def once() -> None:
        with pytest.raises(ExceptionGroup) as caught:
            run(interrupted)
        assert isinstance(caught.value.exceptions[0], ArithmeticError)

    once()
    before = open_descriptors()
    for _ in range(5):
        once()
    assert open_descriptors() == before


@pytest.mark.parametrize("ending", ["reset", "detach"])
def test_closing_after_the_loop_has_ended(run: Run, ending: str) -> None:
    sockets: list[anynet.Socket] = []
    one, other = socket.socketpair()

    async def leave_open() -> None:
        sock = anynet.Socket.from_fd(other, idle_timeout=60)
        sockets.append(sock)
        for _ in range(2):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(sock.receive)
                tasks.start_soon(sock.wait_peer_closed)
                await anyio.wait_all_tasks_blocked()
                tasks.cancel_scope.cancel()

    run(leave_open)
    with one:
        if ending == "reset":
            sockets[0].reset()
        else:
            sockets[0].detach().close()
        assert sockets[0].closed
        assert one.recv(1) == b""


def test_closing_within_a_later_loop(run: Run) -> None:
    sockets: list[anynet.Socket] = []
    one, other = socket.socketpair()

    async def open_it() -> None:
        sockets.append(anynet.Socket.from_fd(other))

    async def close_it() -> None:
        sockets[0].reset()

    run(open_it)
    run(close_it)
    with one:
        assert one.recv(1) == b""
