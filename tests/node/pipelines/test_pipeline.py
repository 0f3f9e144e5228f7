"""What pipelines owe to structured code; the order of their events is judged by pairs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest

from anynet.node._errors.errors import AbortError, NodeError
from anynet.node._loop.runtime import runtime
from anynet.node._pipelines import promises
from anynet.node._pipelines.pipeline import pipeline
from anynet.node._streams.readable import Readable
from anynet.node._streams.writable import Writable
from tests.node.stream_traces import Trace, at_once, nothing, sink, source

pytestmark = pytest.mark.anyio


class Endless:
    """A source that has one item and then waits for ever; knows whether it was closed."""

    def __init__(self) -> None:
        self.waits = anyio.Event()
        self.closed = False

    async def items(self) -> AsyncIterator[str]:
        try:
            yield "x"
            self.waits.set()
            await anyio.sleep_forever()
        finally:
            self.closed = True


async def test_a_cancelled_wait_ends_the_pipeline() -> None:
    trace = Trace()
    async with runtime(), anyio.create_task_group() as tasks:
        start, end = trace.watch(source(), ["close"], "source"), sink(write=at_once)
        trace.watch(end, ["close"], "sink")
        for each in (start, end):
            each.on("error", nothing)

        async def wait() -> None:
            await promises.pipeline(start, end)

        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    assert start.destroyed and end.destroyed
    assert isinstance(end.errored, AbortError)
    assert trace == ["source close", "sink close"]


async def test_a_generator_that_waits_is_cancelled_when_its_sink_is_gone() -> None:
    endless = Endless()
    async with runtime():
        end = sink(write=at_once)
        outcome = promises.pipeline(endless.items(), end)
        await endless.waits.wait()
        end.destroy(OSError("full"))
        with pytest.raises(OSError, match="full"):
            await outcome
    assert endless.closed


async def test_a_function_that_waits_is_cancelled_when_the_pipeline_is_aborted() -> None:
    endless = Endless()
    left: list[str] = []

    async def consume(items: AsyncIterator[str]) -> None:
        try:
            async for item in items:
                left.append(item)
            await anyio.sleep_forever()
        finally:
            left.append("left")

    async with runtime():
        with anyio.CancelScope() as scope:
            outcome = promises.pipeline(endless.items, consume)
            await endless.waits.wait()
            scope.cancel()
            await outcome
    assert left == ["x", "left"]


async def test_the_runtime_waits_for_a_pipeline() -> None:
    taken: list[bytes] = []

    async def slowly() -> AsyncIterator[str]:
        for item in "abc":
            await anyio.sleep(0.001)
            yield item

    def write(chunk: bytes, encoding: str, done: Any) -> None:
        taken.append(chunk)
        done()

    async with runtime():
        pipeline(slowly, Writable(write=write), nothing)
    assert taken == [b"a", b"b", b"c"]


async def test_items_that_a_failing_sink_did_not_take_close_their_generator() -> None:
    closed = []

    async def items() -> AsyncIterator[str]:
        try:
            while True:
                yield "x"
        finally:
            closed.append(True)

    def fail(chunk: bytes, encoding: str, done: Any) -> None:
        done(OSError("full"))

    async with runtime():
        with pytest.raises(OSError, match="full"):
            await promises.pipeline(items(), sink(write=fail))
    assert closed == [True]


async def test_a_coroutine_in_the_middle_is_refused_and_closed() -> None:
    async def consume(items: object) -> None: ...

    async with runtime():
        with pytest.raises(NodeError, match=r'"transform\[0\]"'):
            pipeline([], consume, sink(write=at_once), nothing)
        with pytest.raises(NodeError, match='"source"'):
            pipeline(lambda: consume(None), sink(write=at_once), nothing)


async def test_what_is_awaited_can_be_awaited_again() -> None:
    async with runtime():
        fine = promises.pipeline(Readable.from_(["x"]), sink(write=at_once))
        failing = promises.pipeline(Readable.from_([None]), sink(write=at_once))
        for _ in range(2):
            assert await fine is None
            with pytest.raises(NodeError, match="null values"):
                await failing


@pytest.mark.parametrize("drop_first", [True, False])
async def test_a_failure_that_nobody_awaits_ends_the_runtime(drop_first: bool) -> None:
    with pytest.raises(NodeError, match="null values"):
        async with runtime():
            over = anyio.Event()
            failing = sink(write=at_once)
            failing.on("close", over.set)
            outcome = promises.pipeline(Readable.from_([None]), failing)
            if not drop_first:
                await over.wait()
                await anyio.wait_all_tasks_blocked()
            del outcome
            await anyio.sleep_forever()


async def test_functions_may_take_fewer_arguments() -> None:
    trace = Trace()

    async def items() -> AsyncIterator[str]:
        yield "x"

    async def count(items: AsyncIterator[str]) -> int:
        return len([item async for item in items])

    async with runtime():
        pipeline(items, count, lambda: trace.append("no arguments"))
        pipeline(items, count, lambda error: trace.append(f"{error}"))
        pipeline(items, count, lambda error, value: trace.append(f"{error} {value}"))
        assert await promises.pipeline(items, lambda: count(items())) == 1
    assert sorted(trace) == ["None", "None 1", "no arguments"]
