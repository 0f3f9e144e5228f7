"""The checkpoint rule: a cancellation point at entry, and of two operations at least one yields."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import statistics
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest
import trio
import trio.testing

import anynet
from anynet.testing import memory_pair
from tests.testing.pairs import plain_and_ours, tcp

pytestmark = pytest.mark.anyio

#: How often an operation can be done on one :class:`Ready`.
_TIMES = 4


@contextmanager
def yields() -> Iterator[None]:
    """Fail unless the block lets others run."""
    if trio.lowlevel.in_trio_run():
        with trio.testing.assert_checkpoints():
            yield
    else:
        ran: list[bool] = []
        asyncio.get_running_loop().call_soon(ran.append, True)
        yield
        assert ran, "nobody else could run"


class Ready:
    """Sockets, own and foreign, on which nothing has to wait."""

    data: anynet.Socket
    ended: anynet.Socket
    spare: anynet.Socket
    spare2: anynet.Socket
    foreign: anynet.Socket
    foreign_ended: anynet.Socket
    server: anynet.Server
    events: list[anynet.SocketEvents]
    file: Any


def _own(stack: AsyncExitStack) -> tuple[socket.socket, anynet.Socket]:
    peer, ours = stack.enter_context(plain_and_ours(socket.AF_UNIX))
    peer.sendall(bytes(4096))
    return peer, ours


@asynccontextmanager
async def ready() -> AsyncIterator[Ready]:
    async with AsyncExitStack() as stack:
        it = Ready()
        _, it.data = _own(stack)
        _, it.spare = _own(stack)
        _, it.spare2 = _own(stack)
        peer, it.ended = stack.enter_context(plain_and_ours(socket.AF_UNIX))
        peer.close()
        it.events = [_own(stack)[1].events() for _ in range(_TIMES)]
        it.foreign, other = memory_pair()
        await other.send(bytes(4096))
        it.foreign_ended, gone = memory_pair()
        await gone.aclose()
        for sock in (it.foreign, it.foreign_ended, other):
            await stack.enter_async_context(sock)
        it.server = await stack.enter_async_context(
            anynet.create_server(host="127.0.0.1", port=0, grace_period=0)
        )
        address = it.server.address
        assert isinstance(address, anynet.SocketAddress)
        for _ in range(_TIMES):
            client = socket.create_connection((address.address, address.port))
            stack.callback(client.close)
        with tempfile.TemporaryFile() as it.file:
            os.write(it.file.fileno(), b"content")
            yield it


async def _accept(it: Ready) -> None:
    (await it.server.accept()).reset()


async def _end(it: Ready, sock: anynet.Socket) -> None:
    with pytest.raises(anyio.EndOfStream):
        await sock.receive()


OPERATIONS: dict[str, Callable[[Ready], Awaitable[Any]]] = {
    "receive": lambda it: it.data.receive(1),
    "receive_into": lambda it: it.data.receive_into(bytearray(1)),
    "receive at the end": lambda it: _end(it, it.ended),
    "next event": lambda it: it.events.pop().__anext__(),
    "send": lambda it: it.data.send(b"x"),
    "send nothing": lambda it: it.data.send(b""),
    "send_many": lambda it: it.data.send_many([b"x", b"y"]),
    "send_many nothing": lambda it: it.data.send_many([]),
    "send_file": lambda it: it.data.send_file(it.file),
    "send_file nothing": lambda it: it.data.send_file(it.file, 0, 0),
    "send_fds": lambda it: it.data.send_fds(b"x", [0]),
    "receive_fds": lambda it: it.data.receive_fds(1, 1),
    "send_eof": lambda it: it.spare.send_eof(),
    "aclose": lambda it: it.spare2.aclose(),
    "accept": _accept,
    "wait_peer_closed": lambda it: it.ended.wait_peer_closed(),
    "foreign receive": lambda it: it.foreign.receive(1),
    "foreign receive at the end": lambda it: _end(it, it.foreign_ended),
    "foreign send": lambda it: it.foreign.send(b"x"),
    "foreign send nothing": lambda it: it.foreign.send(b""),
    "foreign send_file nothing": lambda it: it.foreign.send_file(it.file, 0, 0),
    "foreign send_eof": lambda it: it.foreign_ended.send_eof(),
    "foreign aclose": lambda it: it.foreign_ended.aclose(),
}
#: Ends what others need, or can be done only once in its way.
LAST = {"aclose", "foreign aclose"}


@pytest.mark.parametrize("first", OPERATIONS)
async def test_of_any_two_operations_one_yields(first: str) -> None:
    for second in OPERATIONS:
        if first == "foreign aclose" and second.startswith("foreign"):
            continue
        async with ready() as it:
            for lead in (0, 1):
                if lead and (first in LAST or second in LAST):
                    break
                with yields():
                    await OPERATIONS[first](it)
                    await OPERATIONS[second](it)


async def test_an_operation_in_a_row_yields_every_second_time() -> None:
    async with ready() as it:
        for one, two in itertools.pairwise([*OPERATIONS][:12] * 2):
            with yields():
                await OPERATIONS[one](it)
                await OPERATIONS[two](it)


@pytest.mark.parametrize("kind", OPERATIONS)
async def test_every_operation_is_a_cancellation_point_at_entry(kind: str) -> None:
    for lead in range(2):
        async with ready() as it:
            for _ in range(lead):
                await it.data.receive(1)
            before = it.data.statistics(), it.foreign.statistics()
            with anyio.CancelScope() as scope:
                scope.cancel()
                await OPERATIONS[kind](it)
            assert scope.cancelled_caught
            for old, sock in zip(before, (it.data, it.foreign), strict=True):
                new = sock.statistics()
                assert (new.bytes_sent, new.bytes_received) == (old.bytes_sent, old.bytes_received)
            assert it.spare.statistics().state is not anynet.ConnectionState.READ_ONLY
            if kind == "accept":
                await _accept(it)
                await _accept(it)


@pytest.mark.parametrize("kind", ["receive", "receive_into", "send", "send_many", "wait"])
async def test_an_operation_that_parks_yields_alone(kind: str) -> None:
    async with tcp() as (one, other):
        big = bytes(1 << 23)
        operations: dict[str, Callable[[], Awaitable[Any]]] = {
            "receive": one.receive,
            "receive_into": lambda: one.receive_into(bytearray(9)),
            "send": lambda: one.send(big),
            "send_many": lambda: one.send_many([big, big]),
            "wait": one.wait_peer_closed,
        }

        async def help_along() -> None:
            await anyio.wait_all_tasks_blocked()
            await other.send(b"x")
            await other.send_eof()
            async for _ in other:
                pass

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(help_along)
            with yields():
                await operations[kind]()
            await one.send_eof()


async def test_accept_that_parks_yields_alone() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0, grace_period=0) as server:
        address = server.address
        assert isinstance(address, anynet.SocketAddress)
        async with anyio.create_task_group() as tasks:

            async def connect() -> None:
                await anyio.wait_all_tasks_blocked()
                async with anynet.connect(address.address, address.port):
                    pass

            tasks.start_soon(connect)
            with yields():
                accepted = await server.accept()
            await accepted.aclose()


async def test_an_endless_sender_lets_others_run() -> None:
    """Counted in its sends, not in seconds: what a busy machine delays, it delays for all."""
    sends, between = 0, []
    async with tcp() as (sender, receiver), tcp() as (client, server):

        async def echo() -> None:
            async for chunk in server:
                await server.send(chunk)

        async def send() -> None:
            nonlocal sends
            data = bytes(65536)
            while True:
                await sender.send(data)
                sends += 1

        async def receive() -> None:
            while True:
                await receiver.receive()

        async with anyio.create_task_group() as tasks:
            for function in (echo, send, receive):
                tasks.start_soon(function)
            for _ in range(15):
                before = sends
                await client.send(b"ping")
                assert await client.receive() == b"ping"
                between.append(sends - before)
            tasks.cancel_scope.cancel()
    assert sends > 0
    # Without yielding it would send until the buffers of the kernel are full, some 50 times.
    assert statistics.median(between) < 30
