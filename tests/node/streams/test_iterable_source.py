"""Streams over iterables: when they are asked, and that they are closed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import anyio.lowlevel
import pytest

from anynet.node._loop.runtime import runtime
from anynet.node._streams.readable import Readable
from tests.node.stream_traces import Trace, nothing

pytestmark = pytest.mark.anyio

EVENTS = ("data", "end", "error", "close")


async def test_a_step_that_waits_is_cancelled_by_destroy() -> None:
    """Node waits for it, for ever if need be."""
    trace = Trace()
    waits = anyio.Event()

    async def items() -> AsyncIterator[str]:
        try:
            yield "x"
            waits.set()
            await anyio.sleep_forever()
        finally:
            trace.append("closed")

    async with runtime():
        stream = trace.watch(Readable.from_(items()), EVENTS)
        await waits.wait()
        stream.destroy()
        assert stream.destroyed and not stream.closed
    assert trace == ["data 'x'", "closed", "close"]


@pytest.mark.parametrize("read_first", [True, False])
async def test_a_stream_that_nobody_reads_does_not_hold_the_runtime(read_first: bool) -> None:
    closed = []

    async def items() -> AsyncIterator[int]:
        try:
            for number in range(10):
                yield number
        finally:
            closed.append(anyio.get_current_task().id)

    async with runtime():
        stream = Readable.from_(items())
        if read_first:
            stream.on("readable", nothing)
    assert len(closed) == read_first, "its generator is closed where it was begun"


async def test_it_goes_on_when_it_is_read_again() -> None:
    trace = Trace()

    async def items() -> AsyncIterator[int]:
        for number in range(1, 4):
            await anyio.lowlevel.checkpoint()
            yield number

    async with runtime():
        stream = Readable.from_(items())
        trace.watch(stream, ["end", "close"])

        def read_one() -> None:
            trace.append(f"read {stream.read()}")

        stream.on("readable", read_one)
    assert trace == ["read 1", "read 2", "read 3", "read None", "end", "close"]


async def test_a_generator_may_catch_the_error_of_its_stream() -> None:
    trace = Trace()

    async def items() -> AsyncIterator[str]:
        try:
            yield "x"
        except OSError as error:
            trace.append(f"caught {error}")
            yield "more"
        finally:
            trace.append("closed")

    async with runtime():
        stream = trace.watch(Readable.from_(items()), EVENTS)
        stream.once("data", lambda _: stream.destroy(OSError("lost")))
    assert trace == ["data 'x'", "caught lost", "closed", "error lost", "close"]


async def test_what_closing_raises_is_the_error() -> None:
    trace = Trace()

    class Items:
        def __aiter__(self) -> Items:
            return self

        async def __anext__(self) -> str:
            return "x"

        async def aclose(self) -> None:
            raise OSError("cannot close")

    async with runtime():
        stream = trace.watch(Readable.from_(Items()), ["error", "close"])
        stream.once("data", lambda _: stream.destroy())
    assert trace == ["error cannot close", "close"]


async def test_other_tasks_run_between_the_items() -> None:
    """An endless generator that never waits must not stop the event loop."""
    count = 0

    async def items() -> AsyncIterator[int]:
        while True:
            yield 1

    async with runtime():
        stream = Readable.from_(items())

        def on_data(_: object) -> None:
            nonlocal count
            count += 1

        stream.on("data", on_data)
        while count < 5:
            await anyio.lowlevel.checkpoint()
        stream.destroy()
