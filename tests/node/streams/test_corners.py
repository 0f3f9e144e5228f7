"""Streams where a program does what few do. What Node did with the same stands in each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from anynet import node as net
from anynet.node import stream
from anynet.node._loop.runtime import runtime
from anynet.node._streams.readable import Readable
from tests.node.stream_traces import Trace, nothing, sink, source

pytestmark = pytest.mark.anyio

ENDING = ("end", "finish", "error", "close")
DONE = Callable[..., object]


async def traced(play: Callable[[Trace], object]) -> Trace:
    """What happens until the runtime has nothing left to do."""
    trace = Trace()
    async with runtime():
        play(trace)
    return trace


async def test_what_is_put_back() -> None:
    """None ends a stream, text is in the decoder's encoding, and a number is refused."""

    def play(trace: Trace) -> None:
        ending = trace.watch(source(), ENDING, "ending")
        ending.unshift(None)
        ending.resume()
        text = trace.watch(source(encoding="utf8"), ("data", *ENDING), "text")
        text.unshift("caf\xe9", "latin1")
        text.push(None)
        assert trace.watch(source(), ENDING, "refused").unshift(5) is False

    assert sorted(await traced(play)) == [
        "ending close",
        "ending end",
        "refused close",
        "refused error ERR_INVALID_ARG_TYPE",
        "text close",
        "text data 'caf\ufffd'",
        "text end",
    ]


async def test_an_end_that_comes_twice_and_an_object_with_an_encoding() -> None:
    def play(trace: Trace) -> None:
        objects = trace.watch(source(objectMode=True, encoding="utf8"), ("data", *ENDING))
        objects.push(5, "utf8")
        objects.push(None)
        objects.push(None)
        with pytest.raises(net.NodeTypeError, match="Unknown encoding"):
            source(encoding="utf8").push("x", "no such")

    assert await traced(play) == ["data 5", "end", "close"]


async def test_a_coroutine_listener_that_fails_is_an_error_of_its_stream() -> None:
    async def fail(chunk: bytes) -> None:
        raise LookupError(chunk)

    def play(trace: Trace) -> None:
        readable = trace.watch(source(captureRejections=True), ENDING)
        readable.on("data", fail)
        readable.push("x")

    assert await traced(play) == ["error b'x'", "close"]


def test_a_property_of_the_class_is_itself() -> None:
    assert Readable.readableLength is not None
    assert Readable.readableFlowing is Readable.readableFlowing


async def test_the_block_of_a_stream_that_was_destroyed() -> None:
    async with runtime():
        readable = source()
        with pytest.raises(net.NodeError, match="Premature close"):
            async with readable:
                readable.destroy()
        assert readable.closed


async def test_iterables_that_give_nothing_or_more_than_is_asked_for() -> None:
    def pairs() -> Iterator[Any]:
        yield from "ab"

    async def gap() -> AsyncIterator[Any]:
        yield "a"
        yield None

    def play(trace: Trace) -> None:
        trace.watch(Readable.from_(pairs(), highWaterMark=9), ("data", *ENDING), "pairs")
        trace.watch(Readable.from_(gap()), ("data", *ENDING), "gap")

    assert sorted(await traced(play)) == [
        "gap close",
        "gap data 'a'",
        "gap error ERR_STREAM_NULL_VALUES",
        "pairs close",
        "pairs data 'a'",
        "pairs data 'b'",
        "pairs end",
    ]


async def test_both_errors_of_a_construction() -> None:
    """Destroyed with one while it is constructed, and constructed with another."""

    def play(trace: Trace) -> None:
        callbacks: list[DONE] = []
        both = source(construct=callbacks.append)
        both.on("error", lambda error: trace.append(f"{error.message}: {error.errors}"))
        same = trace.watch(source(construct=callbacks.append), ENDING, "same")
        late = trace.watch(source(construct=callbacks.append), ENDING, "late")
        error = LookupError("one")

        def construct() -> None:
            both.destroy(LookupError("outer"))
            same.destroy(error)
            callbacks[0](LookupError("inner"))
            callbacks[1](error)
            callbacks[2]()
            late.destroy()

        net.setImmediate(construct)

    assert sorted(await traced(play)) == [
        "late close",
        "outer: [LookupError('outer'), LookupError('inner')]",
        "same close",
        "same error one",
    ]


async def test_who_waits_for_an_end_without_its_errors() -> None:
    def play(trace: Trace) -> None:
        over, going = source(), trace.watch(source(), ("error",))
        over.destroy()
        net.setImmediate(lambda: stream.finished(over, {"error": False}, trace.note("over")))
        stream.finished(going, {"error": False}, trace.note("going"))
        going.destroy(LookupError("no"))

    assert sorted(await traced(play)) == [
        "error no",
        "going no",
        "over ERR_STREAM_PREMATURE_CLOSE",
    ]


async def test_a_pipe_that_is_undone_by_its_write() -> None:
    """The source is paused all the same, and a new listener does not change that."""

    def play(trace: Trace) -> None:
        readable = trace.watch(source(), ENDING, "source")

        def write(chunk: bytes, encoding: str, callback: DONE) -> None:
            trace.append(f"write {chunk!r}")
            readable.unpipe(writable)

        writable = sink(write=write, highWaterMark=1)
        readable.pipe(writable)
        readable.push("x")
        net.setImmediate(lambda: (readable.on("data", nothing), readable.push(None)))

    assert await traced(play) == ["write b'x'"]
