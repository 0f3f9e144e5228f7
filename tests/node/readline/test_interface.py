"""Interfaces over streams; the order of their events is judged by pairs."""

from __future__ import annotations

import gc
from typing import Any

import anyio
import pytest

from anynet.node import readline
from anynet.node._errors.errors import NodeError, NodeTypeError
from anynet.node._loop.runtime import NoRuntimeError, runtime
from anynet.node._streams.readable import Readable
from anynet.node._streams.transform import PassThrough
from tests.node.stream_traces import Trace, source

pytestmark = pytest.mark.anyio


async def test_the_lines_of_a_closed_interface_are_over() -> None:
    """Node's loop would wait for ever."""
    async with runtime():
        lines = readline.createInterface(input=source())
        lines.close()
        assert [line async for line in lines] == []


async def test_lines_that_were_kept_are_taken_after_the_close() -> None:
    async with runtime():
        stream = PassThrough()
        lines = readline.createInterface(stream)
        iterator = aiter(lines)
        stream.write("x\n" * 3000)
        lines.close()
        assert len([line async for line in iterator]) == 3000


async def test_a_loop_that_is_left_listens_no_more_and_another_goes_on() -> None:
    """Node's second loop would get what was kept, and end."""
    async with runtime():
        stream = PassThrough()
        lines = readline.createInterface(stream)
        iterator = aiter(lines)
        assert aiter(lines) is iterator
        stream.write("one\ntwo\n")
        async for line in iterator:
            assert line == "one"
            break
        del iterator
        gc.collect()
        assert lines.listenerCount("line") == 0
        iterator = aiter(lines)
        stream.end("three\n")
        assert [line async for line in iterator] == ["three"]


async def test_a_cancelled_step_loses_no_line() -> None:
    async with runtime():
        stream = PassThrough()
        iterator = aiter(readline.createInterface(stream))
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anext(iterator)
        stream.write("one\ntwo\n")
        assert [await anext(iterator), await anext(iterator)] == ["one", "two"]


async def test_the_runtime_that_ends_ends_the_loop() -> None:
    async with anyio.create_task_group() as tasks:
        async with runtime():
            lines = readline.createInterface(source())

            async def read() -> None:
                with pytest.raises(NoRuntimeError):
                    await anext(aiter(lines))

            tasks.start_soon(read)
            await anyio.wait_all_tasks_blocked()


async def test_with_closes_it() -> None:
    trace = Trace()
    async with runtime():
        stream = source()
        with readline.createInterface(stream) as lines:
            trace.watch(lines, ["pause", "close"])
        assert lines.closed and not stream.destroyed
    assert trace == ["pause", "close"]


async def test_text_of_a_decoded_input() -> None:
    trace = Trace()
    async with runtime():
        lines = readline.createInterface(Readable.from_(["é\n", "b\n"], encoding="utf8"))
        trace.watch(lines, ["line"])
    assert trace == ["line 'é'", "line 'b'"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, 'The "options.input" property must be an instance of Readable'),
        ({"input": 5}, "Received type number"),
        ({"terminal": True}, "property 'options.terminal' is not supported"),
    ],
)
async def test_bad_options(options: dict[str, Any], text: str) -> None:
    async with runtime():
        given = {"input": source(), **options} if options.get("terminal") else options
        with pytest.raises(NodeTypeError, match=text):
            readline.createInterface(given)


async def test_a_question_without_a_function_asks_nothing() -> None:
    async with runtime():
        lines = readline.createInterface(source())
        lines.question("? ")
        assert lines.getPrompt() == "> "
        lines.close()
        with pytest.raises(NodeError, match="^readline was closed$"):
            lines.question("? ", print)
