"""Connects again and again: NAME PORT. For each count on standard input, the CPU that so many took.

A connect is to be opened, to send a byte and get it back, and to be closed. The answers are
nanoseconds of this process' CPU, a line each.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import trio

import anynet
from anynet import node as net


def counts() -> Iterator[int]:
    """What standard input asks for. It blocks the event loop, in which nothing else runs then."""
    while line := sys.stdin.readline():
        yield int(line)


@contextmanager
def measured() -> Iterator[None]:
    """Print the CPU that the block took."""
    before = time.process_time_ns()
    yield
    print(time.process_time_ns() - before, flush=True)


async def serve_counts(port: int, connect_once: Callable[[int], Awaitable[None]]) -> None:
    for count in counts():
        with measured():
            for _ in range(count):
                await connect_once(port)


async def by_anynet(port: int) -> None:
    async with anynet.connect("127.0.0.1", port) as socket:
        await socket.send(b"x")
        await socket.receive()


async def by_asyncio_streams(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"x")
    await reader.read(65536)
    writer.close()
    await writer.wait_closed()


async def by_raw_trio(port: int) -> None:
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        await stream.send_all(b"x")
        await stream.receive_some(65536)


async def by_node_adapter(port: int) -> None:
    async with net.runtime():
        for count in counts():
            done = anyio.Event()
            with measured():
                connect_from_events(port, count, done)
                await done.wait()


def connect_from_events(port: int, left: int, done: anyio.Event) -> None:
    """Connect ``left`` times, one after the other, then set ``done``."""
    if not left:
        done.set()
        return
    socket: Any = net.connect(port, "127.0.0.1", lambda: socket.write(b"x"))
    socket.on("data", lambda _chunk: socket.destroy())
    socket.on("close", lambda _had_error: connect_from_events(port, left - 1, done))


CLIENTS: dict[str, Callable[[int], None]] = {
    "anynet-trio": lambda port: anyio.run(serve_counts, port, by_anynet, backend="trio"),
    "anynet-asyncio": lambda port: anyio.run(serve_counts, port, by_anynet, backend="asyncio"),
    "asyncio-streams": lambda port: asyncio.run(serve_counts(port, by_asyncio_streams)),
    "raw-trio": lambda port: trio.run(serve_counts, port, by_raw_trio),
    "anynet-node-trio": lambda port: anyio.run(by_node_adapter, port, backend="trio"),
    "anynet-node-asyncio": lambda port: anyio.run(by_node_adapter, port, backend="asyncio"),
}

if __name__ == "__main__":
    CLIENTS[sys.argv[1]](int(sys.argv[2]))
