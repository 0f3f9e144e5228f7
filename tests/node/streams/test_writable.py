"""The writing side. What Node did with the same program stands behind every order here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

import anyio
import pytest

from anynet.node._errors.errors import AbortError, NodeError, NodeTypeError
from anynet.node._loop.runtime import runtime
from anynet.node._loop.timers import nextTick, setImmediate
from anynet.node._streams.duplex import Duplex
from anynet.node._streams.writable import Writable
from tests.node.stream_traces import Trace, sink, soon

pytestmark = pytest.mark.anyio

EVENTS = ("drain", "prefinish", "finish", "error", "close")

Callback = Callable[..., object]


async def turns(count: int = 5) -> None:
    """Wait until the runtime has been around a few times."""
    for _ in range(count):
        over = anyio.Event()
        setImmediate(over.set)
        await over.wait()


class Held:
    """Writes that are done when the test says so."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.callbacks: list[Callback] = []

    def write(self, chunk: bytes, encoding: str, callback: Callback) -> None:
        assert encoding == "buffer"
        self.chunks.append(chunk)
        self.callbacks.append(callback)

    def done(self, error: BaseException | None = None) -> None:
        self.callbacks.pop(0)(error)


# -- write -----------------------------------------------------------------------------------------


async def test_callbacks_come_after_the_call_in_order() -> None:
    trace = Trace()
    async with runtime():
        stream = sink()
        assert stream.write(b"a", trace.note("a")) is True
        nextTick(trace.note("tick"))
        assert stream.write(b"b", None, trace.note("b")) is True
        trace.append("written")
        await turns()
        stream.destroy()
    assert trace == ["written", "a None", "tick", "b None"]


async def test_writes_with_the_same_callback_share_a_tick() -> None:
    trace = Trace()
    async with runtime():
        stream = sink()
        told = trace.note("told")
        stream.write(b"a", told)
        nextTick(trace.note("tick"))
        stream.write(b"b", told)
        await turns()
        stream.destroy()
    assert trace == ["told None", "told None", "tick"]


async def test_a_write_that_is_done_at_once_needs_no_tick() -> None:
    async with runtime() as scope:
        stream = sink()
        await turns()
        assert stream.write(b"a") and stream.write("b") and not scope.reactor.ticks
        stream.destroy()


async def test_the_mark_counts_what_is_not_written_yet() -> None:
    held = Held()
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(write=held.write, highWaterMark=5), EVENTS)
        assert stream.write(b"abc", trace.note("1")) is True
        assert stream.write(b"d") is True and stream.writableNeedDrain is False
        assert stream.write(b"e", trace.note("2")) is False and stream.writableNeedDrain is True
        assert stream.writableLength == 5 and stream.writableBuffer == [b"d", b"e"]
        assert held.chunks == [b"abc"]
        held.done()
        assert stream.writableLength == 2 and trace == ["1 None"]
        held.done()
        held.done()
        assert stream.writableLength == 0 and stream.writableNeedDrain is False
        assert held.chunks == [b"abc", b"d", b"e"]
        stream.destroy()
    assert trace == ["1 None", "drain", "2 None", "close"]


async def test_a_write_done_at_once_is_never_too_much() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(highWaterMark=2), EVENTS)
        assert stream.write(b"far too much") is True
        await turns()
        assert trace == []
        stream.destroy()


async def test_drain_is_owed_even_if_a_later_write_flushed_the_backlog() -> None:
    held = Held()
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(write=held.write, highWaterMark=2), EVENTS)
        assert stream.write(b"abc") is False
        held.done()
        assert trace == ["drain"]
        assert stream.write(b"def") is False
        assert stream.write(b"g") is False
        held.done()
        assert trace == ["drain"], "one byte still waits"
        held.done()
        stream.destroy()
    assert trace == ["drain", "drain", "close"]


async def test_no_drain_after_end() -> None:
    held = Held()
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(write=held.write, highWaterMark=2), EVENTS)
        assert stream.write(b"abc") is False
        stream.end()
        assert stream.writableNeedDrain is False
        held.done()
        await turns()
    assert trace == ["prefinish", "finish", "close"]


async def test_strings_in_every_encoding() -> None:
    held = Held()
    async with runtime():
        stream = sink(write=held.write)
        stream.write("é")
        stream.write("é", "latin1")
        stream.write("6869", "HEX")
        stream.write("aGk=", "base64")
        assert stream.setDefaultEncoding("utf-16le") is stream
        stream.write("é")
        while held.callbacks:
            held.done()
        assert held.chunks == [b"\xc3\xa9", b"\xe9", b"hi", b"hi", b"\xe9\x00"]
        stream.destroy()


@pytest.mark.parametrize("counts_characters", [False, True])
async def test_how_strings_count(counts_characters: bool) -> None:
    held = Held()
    async with runtime():
        stream = sink(write=held.write)
        stream.writable_state.counts_characters = counts_characters
        stream.write("é😀")
        stream.write("é")
        assert stream.writableLength == (4 if counts_characters else 8)
        held.done()
        assert stream.writableLength == (1 if counts_characters else 2)
        stream.destroy()


@pytest.mark.parametrize(
    ("chunk", "received"),
    [
        (5, "type number (5)"),
        ({}, "an instance of Object"),
        ([], "an instance of Array"),
        (True, "type boolean (true)"),
    ],
)
async def test_only_bytes_and_strings_can_be_written(chunk: object, received: str) -> None:
    async with runtime():
        with pytest.raises(NodeTypeError) as caught:
            sink().write(chunk)
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"
        assert str(caught.value) == (
            'The "chunk" argument must be of type string or an instance of Buffer, TypedArray, '
            f"or DataView. Received {received}"
        )


async def test_nothing_and_unknown_encodings_cannot_be_written() -> None:
    async with runtime():
        stream = sink()
        with pytest.raises(NodeTypeError, match="^May not write null values to stream$"):
            stream.write(None)
        for encoding, shown in (("nope", "nope"), (5, "5"), ({}, "{}"), ([], "[]")):
            with pytest.raises(NodeTypeError, match=f"^Unknown encoding: {re.escape(shown)}$"):
                stream.write("x", encoding)
        with pytest.raises(NodeTypeError, match="^Unknown encoding: nope$"):
            stream.setDefaultEncoding("nope")
        for chunk in (b"x", 0):
            with pytest.raises(NodeTypeError, match="^Unknown encoding: nope$"):
                stream.write(chunk, "nope")
        stream.write(b"x", "buffer")
        stream.destroy()


async def test_bytes_like_objects_are_taken_as_they_are_now() -> None:
    held = Held()
    async with runtime():
        stream = sink(write=held.write)
        buffer = bytearray(b"ab")
        stream.write(memoryview(b"x"))
        stream.write(buffer)
        buffer[:] = b"zz"
        held.done()
        assert held.chunks == [b"x", b"ab"]
        stream.destroy()


async def test_writing_after_the_end() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(), EVENTS)
        stream.end()
        assert stream.write(b"late", trace.note("told")) is False
        trace.append("returned")
    assert trace == [
        "prefinish",
        "returned",
        "told ERR_STREAM_WRITE_AFTER_END",
        "error ERR_STREAM_WRITE_AFTER_END",
        "close",
    ]


async def test_writing_to_a_destroyed_stream() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(), EVENTS)
        stream.destroy()
        assert stream.write(b"late", trace.note("told")) is False
        trace.append("returned")
    assert trace == ["returned", "close", "told ERR_STREAM_DESTROYED"]


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_failed_write(at_once: bool) -> None:
    trace = Trace()
    failure = RuntimeError("broken")

    def fail(chunk: bytes, encoding: str, callback: Callback) -> None:
        if at_once:
            callback(failure)
        else:
            setImmediate(callback, failure)

    async with runtime():
        stream = trace.watch(sink(write=fail), EVENTS)
        assert stream.write(b"a", trace.note("a")) is not at_once
        stream.write(b"b", trace.note("b"))
        stream.end(trace.note("end"))
        trace.append("returned")
        await turns()
        assert stream.errored is failure and not stream.writable and stream.writableAborted
    assert trace == ["returned", "a broken", "b broken", "end broken", "error broken", "close"]


async def test_a_callback_called_twice_is_an_error() -> None:
    trace = Trace()

    def twice(chunk: bytes, encoding: str, callback: Callback) -> None:
        callback()
        callback()

    async with runtime():
        trace.watch(sink(write=twice), EVENTS).write(b"a")
    assert trace == ["error ERR_MULTIPLE_CALLBACK", "close"]


async def test_a_sink_needs_a_write_of_its_own() -> None:
    async with runtime():
        with pytest.raises(NodeError, match=r"^The _write\(\) method is not implemented$"):
            Writable().write(b"x")


# -- cork ------------------------------------------------------------------------------------------


async def test_what_was_written_between_cork_and_uncork_goes_at_once() -> None:
    trace = Trace()

    def writev(chunks: list[dict[str, Any]], callback: Callback) -> None:
        trace.append(f"writev {[each['chunk'] for each in chunks]}")
        callback()

    async with runtime():
        stream = sink(writev=writev)
        stream.cork()
        stream.cork()
        stream.write(b"a", trace.note("a"))
        stream.write("b")
        stream.write(b"c", trace.note("c"))
        stream.uncork()
        assert stream.writableCorked == 1 and trace == [] and stream.writableLength == 3
        stream.uncork()
        trace.append("uncorked")
        stream.uncork()
        assert stream.writableCorked == 0
        await turns()
        stream.destroy()
    assert trace == ["writev [b'a', b'b', b'c']", "uncorked", "a None", "c None"]


async def test_end_uncorks() -> None:
    held = Held()
    async with runtime():
        stream = sink(write=held.write)
        stream.cork()
        stream.cork()
        stream.write(b"a")
        stream.end(b"b")
        held.done()
        held.done()
        assert held.chunks == [b"a", b"b"]


async def test_a_stream_that_only_takes_many() -> None:
    trace = Trace()

    def writev(chunks: list[dict[str, Any]], callback: Callback) -> None:
        trace.append(f"writev {chunks}")
        setImmediate(callback)

    async with runtime():
        Writable(writev=writev).end("a")
    assert trace == ["writev [{'chunk': b'a', 'encoding': 'buffer'}]"]


async def test_what_queued_up_meanwhile_goes_at_once() -> None:
    """As sockets do it: the seam under a stream takes many chunks with one call."""
    calls: list[object] = []

    class Gathering(Duplex):
        _gathers: ClassVar[bool] = True

        def _dispatch_write(self, chunk: bytes) -> bool:
            calls.append(chunk)
            return chunk != b"slow"

        def _dispatch_write_many(self, chunks: list[bytes]) -> bool:
            calls.append(chunks)
            return True

    trace = Trace()
    async with runtime():
        stream = trace.watch(Gathering(highWaterMark=8), EVENTS)
        assert stream.write(b"fast") is True
        assert stream.write(b"slow", trace.note("slow")) is True
        assert stream.write(b"1", trace.note("1")) is True
        assert stream.write(b"234") is False
        assert stream.writableBuffer == [b"1", b"234"] and stream.writable_state.pending_size() == 4
        stream.end(b"5", trace.note("end"))
        stream.write_done()
        trace.append("done")
        await turns()
        assert calls == [b"fast", b"slow", [b"1", b"234", b"5"]]
        stream.destroy()
    assert trace == ["slow None", "prefinish", "done", "1 None", "end None", "finish", "close"]


# -- end -------------------------------------------------------------------------------------------


async def test_finish_comes_once_everything_is_written() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(write=soon), EVENTS)
        stream.write(b"a", trace.note("a"))
        assert stream.end("b", "utf8", trace.note("end")) is stream
        assert stream.writableEnded and not stream.writableFinished and not stream.writable
        trace.append("returned")
        await turns()
        assert stream.writableFinished and stream.destroyed and not stream.writableAborted
    assert trace == ["returned", "a None", "prefinish", "end None", "finish", "close"]


async def test_final_runs_before_finish() -> None:
    trace = Trace()

    def final(callback: Callback) -> None:
        trace.append("final")
        setImmediate(callback)

    async with runtime():
        stream = trace.watch(sink(final=final), EVENTS)
        stream.end(b"x", trace.note("end"))
        trace.append("returned")
    assert trace == ["final", "returned", "prefinish", "end None", "finish", "close"]


@pytest.mark.parametrize("raises", [True, False])
async def test_a_final_that_fails(raises: bool) -> None:
    trace = Trace()

    def final(callback: Callback) -> None:
        if raises:
            raise RuntimeError("no end")
        callback(RuntimeError("no end"))

    async with runtime():
        trace.watch(sink(final=final), EVENTS).end(trace.note("end"))
        trace.append("returned")
        await turns()
    assert trace == ["returned", "error no end", "close", "end no end"]


async def test_a_final_that_answers_twice() -> None:
    trace = Trace()

    def final(callback: Callback) -> None:
        callback()
        callback()

    async with runtime():
        trace.watch(sink(final=final), EVENTS).end()
    assert trace == ["prefinish", "finish", "error ERR_MULTIPLE_CALLBACK", "close"]


async def test_ending_again() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(), EVENTS)
        stream.end(trace.note("first"))
        stream.end(trace.note("second"))
        await turns()
        stream.end(trace.note("third"))
        trace.append("returned")
    assert trace == [
        "prefinish",
        "first None",
        "second None",
        "finish",
        "close",
        "returned",
        "third ERR_STREAM_ALREADY_FINISHED",
    ]


async def test_ending_a_destroyed_stream() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(), EVENTS)
        stream.destroy()
        stream.end(trace.note("never told"))
        await turns()
        stream.end(b"x", trace.note("told"))
    assert trace == ["close", "told ERR_STREAM_WRITE_AFTER_END"]


async def test_ending_with_data_after_the_end() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(), EVENTS)
        stream.end()
        stream.end(b"more", trace.note("told"))
    assert trace == [
        "prefinish",
        "error ERR_STREAM_WRITE_AFTER_END",
        "close",
        "told ERR_STREAM_WRITE_AFTER_END",
    ]


# -- destroy with writes pending -------------------------------------------------------------------


async def test_destroying_fails_what_waits() -> None:
    held = Held()
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(write=held.write), EVENTS)
        stream.write(b"under way", trace.note("1"))
        stream.write(b"waiting", trace.note("2"))
        stream.end(trace.note("end"))
        stream.destroy()
        trace.append("destroyed")
        await turns()
        assert trace == ["destroyed", "close"]
        held.done()
        assert stream.writableLength == 0
    assert trace == [
        "destroyed",
        "close",
        "1 None",
        "2 ERR_STREAM_DESTROYED",
        "end ERR_STREAM_DESTROYED",
    ]


async def test_destroying_with_an_error_fails_what_waits_with_it() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(sink(), EVENTS)
        stream.cork()
        stream.write(b"waiting", trace.note("1"))
        stream.write(b"waiting", trace.note("2"))
        stream.destroy(RuntimeError("boom"))
        trace.append("destroyed")
    assert trace == ["destroyed", "1 boom", "2 boom", "error boom", "close"]


async def test_async_with_destroys_what_is_not_finished() -> None:
    async with runtime():
        async with sink(write=soon) as stream:
            stream.write(b"x")
        assert stream.closed and isinstance(stream.errored, AbortError)
        finished = anyio.Event()
        async with sink() as stream:
            stream.end(b"x", lambda _: finished.set())
            await finished.wait()
        assert stream.closed and stream.errored is None


async def test_only_a_reading_side_can_be_piped() -> None:
    trace = Trace()
    async with runtime():
        trace.watch(sink(), EVENTS).pipe(sink())
    assert trace == ["error ERR_STREAM_CANNOT_PIPE", "close"]


async def test_state_of_a_new_stream() -> None:
    async with runtime():
        stream = sink(highWaterMark=7)
        assert stream.writable and not stream.writableEnded and not stream.writableFinished
        assert stream.writableHighWaterMark == 7 and stream.writableLength == 0
        assert stream.writableBuffer == [] and stream.writableObjectMode is False
        assert not stream.destroyed and not stream.closed and stream.errored is None
        stream.writable = False
        assert stream.writable is False


@pytest.mark.parametrize("final", [True, False])
async def test_destroyed_between_prefinish_and_finish(final: bool) -> None:
    """Once ``_final`` has succeeded Node finishes whatever happens, and then after ``close``."""
    trace = Trace()
    options = {"final": lambda callback: callback()} if final else {}
    async with runtime():
        stream = trace.watch(sink(**options), EVENTS)
        stream.on("prefinish", stream.destroy)
        stream.end(trace.note("end"))
    if final:
        assert trace == ["prefinish", "close", "end None", "finish"]
    else:
        assert trace == ["prefinish", "close"], "end() was not over, so its callback was not known"
