"""What is four times as large takes about four times as long, not sixteen times.

The time is that of this process's CPU, so it does not matter how busy the machine is.
"""

from __future__ import annotations

import gc
import socket
import time
from collections import deque
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import ByteStream

import anynet
from anynet import node
from anynet._core.servers.registry import Registry
from anynet._transport.sockets.message_sends import gathered
from anynet._transport.streams.socket_stream import SocketStream

pytestmark = pytest.mark.anyio

_PIECE = 256


class OneChunk(ByteStream):
    """Gives all that it has at once, whatever it is asked for; takes everything."""

    def __init__(self, size: int) -> None:
        self._chunks = [bytes(size)]

    async def receive(self, max_bytes: int = 65536) -> bytes:
        await anyio.lowlevel.checkpoint()
        if not self._chunks:
            raise anyio.EndOfStream
        return self._chunks.pop()

    async def send(self, item: bytes) -> None:
        await anyio.lowlevel.checkpoint()

    async def send_eof(self) -> None:
        await anyio.lowlevel.checkpoint()

    async def aclose(self) -> None:
        await anyio.lowlevel.checkpoint()


async def small_reads_of_a_wrapped_stream(size: int) -> None:
    async with anynet.Socket.from_stream(OneChunk(size)) as stream:
        received = 0
        while received < size:
            received += len(await stream.receive(_PIECE))


async def small_reads_of_what_was_unread(size: int) -> None:
    one, other = socket.socketpair()
    with other:
        stream = SocketStream(one)
        stream.unread(bytes(size))
        received = 0
        while received < size:
            received += len(await stream.receive(_PIECE))
        await stream.aclose()


async def small_reads_of_the_adapter(size: int, encoding: str | None = None) -> None:
    async with node.runtime():
        readable = node.Readable(read=lambda *_: None)
        if encoding is not None:
            readable.setEncoding(encoding)
        readable.push(bytes(size))
        for _ in range(size // _PIECE):
            assert readable.read(_PIECE) is not None


async def small_reads_of_text(size: int) -> None:
    await small_reads_of_the_adapter(size, "latin1")


async def a_line_without_an_end(size: int) -> None:
    lines: list[int] = []
    async with node.runtime():
        source = node.stream.PassThrough()
        interface = node.readline.createInterface(source)
        interface.on("line", lambda line: lines.append(len(line)))
        for _ in range(size // _PIECE):
            source.write(bytes(8 * _PIECE))
        source.end()
    assert lines == [8 * size]


async def _drain(sock: socket.socket) -> None:
    async with anynet.Socket.from_fd(sock) as stream:
        async for _ in stream:
            pass


class _TakesAll:
    """A socket whose kernel takes whatever it is given."""

    def sendmsg(self, views: list[memoryview]) -> int:
        return len(views)


async def many_small_buffers(size: int) -> None:
    view = memoryview(b"x")
    send_from = gathered(cast(Any, _TakesAll()), deque([view] * size))
    while send_from(0):
        await anyio.lowlevel.checkpoint()


async def many_small_writes_of_the_adapter(size: int) -> None:
    one, other = socket.socketpair()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_drain, other)
        async with node.runtime():
            stream = node.Socket({"fd": one.detach()})
            _write_at_once(stream, size // 24)


async def many_small_writes_over_a_wrapped_stream(size: int) -> None:
    async with node.runtime():
        core = anynet.Socket.from_stream(OneChunk(1))
        _write_at_once(node.Socket.fromCore(core), size // 32)


def _write_at_once(stream: node.Socket, count: int) -> None:
    stream.cork()
    for _ in range(count):
        stream.write(b"x" * 100)
    stream.uncork()
    stream.resume()
    stream.end(stream.destroy)


async def ends_that_a_shutdown_waits_for(size: int) -> None:
    registry = Registry(reads_header=False, on_remove=lambda: None)
    host = SimpleNamespace(time=lambda: 0.0)
    raw = cast(Any, SimpleNamespace(host=host))
    connections = [registry.add(raw) for _ in range(size // 512)]

    async def end_one_after_another() -> None:
        for connection in connections:
            registry.remove(connection)
            await anyio.lowlevel.checkpoint()
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(end_one_after_another)
        await registry.wait_ended(connections)


_SMALL, _LARGE = 1 << 20, 1 << 22
SCENARIOS: list[Callable[[int], Awaitable[None]]] = [
    small_reads_of_a_wrapped_stream,
    small_reads_of_what_was_unread,
    small_reads_of_the_adapter,
    small_reads_of_text,
    a_line_without_an_end,
    many_small_buffers,
    many_small_writes_of_the_adapter,
    many_small_writes_over_a_wrapped_stream,
    ends_that_a_shutdown_waits_for,
]


async def _cpu_time(scenario: Callable[[int], Awaitable[None]], size: int) -> float:
    # The collector looks at all objects again and again, of which there are four times as many.
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        await scenario(size)
        return time.process_time() - began
    finally:
        gc.enable()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda function: function.__name__)
async def test_time_grows_as_the_size(scenario: Callable[[int], Awaitable[None]]) -> None:
    small = min([await _cpu_time(scenario, _SMALL) for _ in range(3)])
    for _ in range(5):
        large = await _cpu_time(scenario, _LARGE)
        if large < 8 * small:
            break
    assert large < 8 * small
