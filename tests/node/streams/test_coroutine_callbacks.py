"""Coroutine functions where a callback or a part of a stream is expected: they run, as in Node."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from anynet import node as net
from anynet.node import dns, readline, stream

pytestmark = pytest.mark.anyio

Log = Callable[..., object]


def transform(log: Log) -> None:
    async def shout(chunk: bytes, _: object, callback: Callable[..., object]) -> None:
        await anyio.lowlevel.checkpoint()
        callback(None, chunk.upper())

    shouting = stream.Transform(transform=shout)
    shouting.on("data", log)
    shouting.end("x")


def methods(log: Log) -> None:
    class Shouting(stream.Transform):
        async def _construct(self, callback: Callable[..., object]) -> None:
            await anyio.lowlevel.checkpoint()
            callback()

        async def _transform(self, chunk: Any, encoding: Any, callback: Any) -> None:
            await anyio.lowlevel.checkpoint()
            callback(None, chunk.upper())

        async def _flush(self, callback: Any) -> None:
            callback(None, b"!")

    shouting = Shouting()
    chunks: list[bytes] = []
    shouting.on("data", chunks.append)
    shouting.on("end", lambda: log(b"".join(chunks)))
    shouting.end("x")


def writable(log: Log) -> None:
    async def write(chunk: bytes, _: object, callback: Callable[..., object]) -> None:
        await anyio.lowlevel.checkpoint()
        log(chunk)
        callback()

    stream.Writable(write=write).end("x")


def readable(log: Log) -> None:
    source: stream.Readable

    async def read() -> None:
        await anyio.lowlevel.checkpoint()
        source.push(b"x")
        source.push(None)

    source = stream.Readable(read=read)
    source.on("data", log)


def callback_of(call: Callable[[Callable[..., object]], object], log: Log) -> None:
    async def callback(*args: object) -> None:
        await anyio.lowlevel.checkpoint()
        log(*args)

    call(callback)


def asking(callback: Callable[..., object]) -> None:
    source = stream.PassThrough()
    readline.createInterface(source).question("?", partial(callback, "said"))
    source.end("x\n")


CALLBACKS: dict[str, tuple[Callable[[Callable[..., object]], object], tuple[object, ...]]] = {
    "write": (lambda called: stream.PassThrough().write("x", called), (None,)),
    "end": (lambda called: stream.PassThrough().resume().end(called), (None,)),
    "finished": (
        lambda called: stream.finished(stream.PassThrough().resume().end(), called),
        (None,),
    ),
    "lookup": (lambda called: dns.lookup("127.0.0.1", called), (None, "127.0.0.1", 4)),
    "getConnections": (lambda called: net.createServer().getConnections(called), (None, 0)),
    "question": (asking, ("said", "x")),
}


@pytest.mark.parametrize("make", [transform, writable, readable])
async def test_a_part_of_a_stream(make: Callable[[Log], None]) -> None:
    seen: list[object] = []
    async with net.runtime():
        make(seen.append)
    assert seen == [b"X" if make is transform else b"x"]


async def test_methods_of_a_class() -> None:
    seen: list[object] = []
    async with net.runtime():
        methods(seen.append)
    assert seen == [b"X!"]


@pytest.mark.parametrize("name", CALLBACKS)
async def test_a_callback(name: str) -> None:
    call, expected = CALLBACKS[name]
    seen: list[tuple[object, ...]] = []
    async with net.runtime():
        callback_of(call, lambda *args: seen.append(args))
    assert seen == [expected]


async def test_what_it_raises_ends_the_runtime() -> None:
    async def fail(_: object) -> None:
        raise ValueError("of the task")

    with pytest.raises(ValueError, match="of the task"):
        async with net.runtime():
            stream.PassThrough().write("x", fail)
