"""The reading side. What Node did with the same program stands behind every order here."""

from __future__ import annotations

import gc
from typing import Any

import anyio
import pytest

from anynet.node._errors.errors import AbortError, NodeError, NodeRangeError, NodeTypeError
from anynet.node._loop.runtime import NoRuntimeError, current_runtime, runtime
from anynet.node._loop.timers import nextTick, setImmediate
from anynet.node._streams.duplex import Duplex
from anynet.node._streams.readable import Readable
from tests.node.stream_traces import Trace, both, nothing, shown, source

pytestmark = pytest.mark.anyio

ENDING = ("end", "error", "close")


async def turns(count: int = 5) -> None:
    """Wait until the runtime has been around a few times."""
    for _ in range(count):
        over = anyio.Event()
        setImmediate(over.set)
        await over.wait()


# -- the three modes -------------------------------------------------------------------------------


async def test_nothing_flows_until_someone_asks() -> None:
    async with runtime():
        stream = source()
        stream.push(b"abc")
        await turns()
        assert stream.readableFlowing is None and stream.isPaused() is False
        assert stream.readableLength == 3 and stream.readableDidRead is False
        stream.destroy()


async def test_a_data_listener_starts_the_flow_in_the_next_tick() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(), ["resume", "pause", *ENDING])
        stream.push(b"ab")
        stream.push("cd")
        stream.on("data", trace.note("data"))
        assert stream.readableFlowing is True and stream.readableLength == 4
        trace.append("registered")
        nextTick(trace.note("tick"))
        await turns()
        stream.push(b"ef")
        trace.append("pushed")
        stream.push(None)
    assert trace == [
        "registered",
        "resume",
        "data b'ab'",
        "data b'cd'",
        "tick",
        "data b'ef'",
        "pushed",
        "end",
        "close",
    ]


async def test_several_reasons_to_flow_share_one_tick() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(), ["resume"])
        stream.on("data", trace.note("data"))
        stream.pause()
        stream.resume()
        stream.on("data", nothing)
        await turns()
        stream.pause()
        stream.resume()
        await turns()
        stream.destroy()
    assert trace == ["resume", "resume"]


async def test_a_read_of_ones_own_is_asked_when_the_flow_starts() -> None:
    """Also where nothing has come, so that there is nothing to read."""
    sizes: list[object] = []

    class Watched(Readable):
        def _read(self, size: int) -> None:
            pass

        def read(self, size: float | None = None) -> Any:
            sizes.append(size)
            return super().read(size)

    async with runtime():
        stream = Watched()
        stream.on("data", nothing)
        await turns()
        stream.destroy()
    assert sizes == [0, None]


async def test_a_read_that_finds_nothing_has_the_next_chunk_announced() -> None:
    """Here an announcement was lost: what it was for became the half of a character."""
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(), ["readable"])
        await turns()
        stream.push(b"\xc3")
        stream.setEncoding("utf8")
        await turns()
        assert stream.read() is None
        stream.push(b"\xa9")
        await turns()
        trace.append(shown(stream.read()))
        stream.destroy()
    assert trace == ["readable", "'é'"]


async def test_paused_it_keeps_what_comes_up_to_the_mark() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(highWaterMark=4), ["resume", "pause", "data"])
        await turns()
        assert stream.pause() is stream and stream.isPaused() and stream.readableFlowing is False
        assert [stream.push(b"abc"), stream.push(b"d"), stream.push(b"e")] == [True, False, False]
        await turns()
        assert stream.readableLength == 5
        assert stream.resume() is stream and not stream.isPaused()
        await turns()
        stream.destroy()
    assert trace == ["resume", "pause", "resume", "data b'abc'", "data b'd'", "data b'e'"]


async def test_pausing_in_a_data_listener_keeps_the_rest() -> None:
    trace = Trace()
    async with runtime():
        stream = source()
        for chunk in (b"1", b"2", b"3"):
            stream.push(chunk)
        stream.on("data", trace.note("data")).on("data", lambda _: stream.pause())
        await turns()
        assert stream.readableLength == 2
        stream.resume()
        await turns()
        stream.destroy()
    assert trace == ["data b'1'", "data b'2'"]


async def test_resume_without_a_listener_loses_the_data() -> None:
    async with runtime():
        stream = source()
        stream.push(b"lost")
        stream.resume()
        await turns()
        assert stream.readableLength == 0 and stream.readableDidRead is True
        stream.destroy()


async def test_readable_is_announced_once_until_somebody_reads() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(), ["readable", *ENDING])
        assert stream.readableFlowing is False
        await turns()
        assert trace == []
        stream.push(b"ab")
        stream.push(b"cd")
        trace.append("pushed")
        await turns()
        assert trace == ["pushed", "readable"]
        assert [stream.read(), stream.read(), stream.read()] == [b"ab", b"cd", None]
        stream.push(b"e")
        await turns()
        assert trace[2:] == ["readable"]
        stream.push(None)
        await turns()
        assert trace[3:] == ["readable"]
        assert [stream.read(), stream.read()] == [b"e", None]
        await turns()
    assert trace[4:] == ["end", "close"]


async def test_without_readable_listeners_the_data_flows_again() -> None:
    trace = Trace()
    async with runtime():
        stream = source()
        listener = trace.note("readable")
        stream.on("readable", listener)
        stream.on("data", trace.note("data"))
        await turns()
        stream.push(b"1")
        await turns()
        assert trace == ["readable"]
        stream.off("readable", listener)
        await turns()
        stream.push(b"2")
        await turns()
        stream.removeAllListeners()
        stream.destroy()
    assert trace == ["readable", "data b'1'", "data b'2'"]


async def test_removing_all_listeners_lets_nothing_flow() -> None:
    async with runtime():
        stream = source()
        stream.on("readable", nothing)
        await turns()
        stream.removeAllListeners("readable")
        await turns()
        assert stream.readableFlowing is None
        stream.destroy()


# -- read(n) ---------------------------------------------------------------------------------------


async def test_read_takes_as_much_as_it_is_asked_for() -> None:
    async with runtime():
        stream = source()
        for chunk in (b"ab", b"cdef", b"gh"):
            stream.push(chunk)
        assert stream.read(0) is None and stream.read(-1) is None
        assert stream.read(1) == b"a"
        assert stream.read(4) == b"bcde"
        assert stream.read(9) is None, "there are only three"
        assert stream.read(2.9) == b"fg"
        assert stream.read() == b"h"
        assert stream.read() is None
        stream.push(b"ij")
        stream.push(None)
        assert stream.read(9) == b"ij", "at the end what is left"
        await turns()
        assert stream.readableEnded and stream.destroyed


async def test_a_read_beyond_the_mark_raises_the_mark() -> None:
    async with runtime():
        stream = source(highWaterMark=4)
        assert stream.read(70000) is None and stream.readableHighWaterMark == 131072
        assert stream.read(2**30) is None and stream.readableHighWaterMark == 2**30
        with pytest.raises(NodeRangeError) as caught:
            stream.read(2**30 + 1)
        assert caught.value.code == "ERR_OUT_OF_RANGE"
        assert str(caught.value) == (
            'The value of "size" is out of range. It must be <= 1GiB. Received 1073741825'
        )
        stream.destroy()


async def test_read_emits_data_too() -> None:
    trace = Trace()
    async with runtime():
        stream = source()
        stream.push(b"abc")
        stream.on("readable", nothing).on("data", trace.note("data"))
        await turns()
        assert stream.read(2) == b"ab"
        stream.destroy()
    assert trace == ["data b'ab'"]


async def test_the_source_is_asked_until_the_mark_is_reached() -> None:
    asked: list[int] = []

    class Counting(Readable):
        def _read(self, size: int) -> None:
            asked.append(size)
            self.push(b"ab" if len(asked) < 9 else None)

    async with runtime():
        stream = Counting(highWaterMark=5)
        stream.read(0)
        await turns()
        assert asked == [5, 5, 5] and stream.readableLength == 6
        collected: list[bytes] = []
        stream.on("data", collected.append)
        await turns()
        assert b"".join(collected) == b"ab" * 8 and stream.destroyed


async def test_what_the_source_raises_becomes_an_error_event() -> None:
    trace = Trace()
    async with runtime():

        def fail(size: int) -> None:
            raise RuntimeError("dry")

        stream = trace.watch(Readable(read=fail), ENDING)
        assert stream.read() is None
        trace.append("returned")
    assert trace == ["returned", "error dry", "close"]


# -- push and unshift ------------------------------------------------------------------------------


async def test_unshift_puts_back_to_the_front() -> None:
    async with runtime():
        stream = source()
        stream.push(b"header body")
        head = stream.read()
        assert stream.unshift(head[7:]) is True
        stream.push(b"!")
        assert stream.unshift(b"") is True
        assert [stream.read(), stream.read()] == [b"body", b"!"]
        stream.destroy()


async def test_unshift_after_the_end_is_an_error() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(autoDestroy=False), ENDING)
        stream.resume()
        stream.push(None)
        await turns()
        assert stream.unshift(b"late") is False
    assert trace == ["end", "error ERR_STREAM_UNSHIFT_AFTER_END_EVENT"]


async def test_push_after_the_end_is_an_error() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(), ENDING)
        assert stream.push(None) is False
        assert stream.push(b"late") is False
    assert trace == ["error ERR_STREAM_PUSH_AFTER_EOF", "close"]


@pytest.mark.parametrize(("value", "kind"), [(5, "type number (5)"), ({}, "an instance of Object")])
async def test_only_bytes_and_strings_can_be_pushed(value: object, kind: str) -> None:
    async with runtime():
        stream = source()
        errors: list[NodeError] = []
        stream.on("error", errors.append)
        assert stream.push(value) is False
        await turns()
        assert errors[0].code == "ERR_INVALID_ARG_TYPE" and isinstance(errors[0], TypeError)
        assert str(errors[0]) == (
            'The "chunk" argument must be of type string or an instance of Buffer, TypedArray, '
            f"or DataView. Received {kind}"
        )


async def test_all_kinds_of_buffers_arrive_as_bytes() -> None:
    async with runtime():
        stream = source()
        buffer = bytearray(b"ab")
        stream.push(buffer)
        buffer[:] = b"xx"
        stream.push(memoryview(b"cd"))
        stream.push("6566", "hex")
        assert stream.read(6) == b"abcdef"
        stream.destroy()


async def test_nothing_arrives_on_a_destroyed_stream() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(), ["data", "resume", *ENDING])
        await turns()
        stream.destroy()
        assert stream.push(b"x") is False and stream.push(None) is False
        assert stream.unshift(b"x") is False and stream.read() is None
        assert stream.readableAborted is True and stream.readable is False
    assert trace == ["resume", "close"]


async def test_a_source_that_feeds_by_itself_is_not_asked() -> None:
    """The hot path of sockets: events only, no ticks, until the source has to stop."""
    asked = 0
    trace = Trace()

    class Feeding(Duplex):
        def _read(self, size: int) -> None:
            nonlocal asked
            asked += 1
            self.readable_state.source_started()

    async with runtime() as scope:
        stream = trace.watch(Feeding(highWaterMark=4), ["data", "end"])
        await turns()
        before = asked
        for _ in range(3):
            assert stream.push(b"ab") is True
        assert not scope.reactor.ticks and asked == before
        stream.pause()
        assert stream.push(b"abcd") is False
        stream.readable_state.source_stopped()
        await turns()
        assert asked == before
        stream.resume()
        await turns()
        assert asked == before + 1
        stream.destroy()
    assert trace == ["data b'ab'"] * 3 + ["data b'abcd'"]


async def test_it_may_flow_beside_a_readable_listener() -> None:
    """Node gets there when a listener leaves and resume() is called in the same tick."""
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(), ["resume"])
        stream.on("readable", nothing)
        stream.on("readable", turns)
        await turns()
        stream.removeListener("readable", nothing)
        stream.resume()
        assert stream.readableFlowing is False
        await turns()
        assert stream.readableFlowing is True and stream.listenerCount("readable") == 1
        stream.pause()
        stream.resume()
        assert stream.readableFlowing is False, "the listener counts again"
        await turns()
        stream.destroy()
    assert trace == ["resume", "resume"]


# -- encodings -------------------------------------------------------------------------------------


async def test_characters_split_over_packets_arrive_whole() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(), ["data", "end"])
        assert stream.readableEncoding is None
        assert stream.setEncoding("UTF-8") is stream and stream.readableEncoding == "utf8"
        await turns()
        for packet in (b"\xe2\x82", b"\xac!", b"\xf0\x9f"):
            stream.push(packet)
        stream.push(None)
    assert trace == ["data '€!'", "data '\ufffd'", "end"]


async def test_what_already_waits_is_decoded_too() -> None:
    async with runtime():
        stream = source()
        stream.push(b"\xe2\x82")
        stream.push(b"\xac1")
        stream.setEncoding()
        assert stream.readableLength == 2 and stream.read() == "€1"
        stream.setEncoding("hex")
        stream.push(b"\xff")
        assert stream.read(1) == "f" and stream.read() == "f"
        stream.push("text", "hex")
        assert stream.readableLength == 4, "it is already what is read"
        stream.unshift(b"bytes ")
        assert stream.read() == "bytes text"
        stream.destroy()


async def test_an_unknown_encoding_is_an_error() -> None:
    async with runtime():
        stream = source()
        with pytest.raises(NodeTypeError, match="Unknown encoding: klingon"):
            stream.setEncoding("klingon")
        with pytest.raises(NodeTypeError, match="Unknown encoding: klingon"):
            source(encoding="klingon")
        assert source(encoding="LATIN1").readableEncoding == "latin1"


# -- the end ---------------------------------------------------------------------------------------


async def test_end_waits_until_everything_was_read() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(), ENDING)
        stream.push(b"abc")
        stream.push(None)
        await turns()
        assert trace == [] and stream.readable and not stream.readableEnded
        assert stream.read() == b"abc"
        trace.append("read")
        await turns()
        assert stream.readableEnded and not stream.readable and stream.readableAborted is False
    assert trace == ["read", "end", "close"]


async def test_destroy_tells_the_error_then_closes() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(), ENDING)
        failure = RuntimeError("boom")
        assert stream.destroy(failure) is stream
        assert stream.destroyed and stream.errored is failure
        stream.destroy(RuntimeError("second"))
        trace.append("returned")
        assert stream.closed is True
    assert trace == ["returned", "error boom", "close"]


async def test_an_error_that_nobody_hears_ends_the_runtime() -> None:
    failure = RuntimeError("boom")
    with pytest.raises(RuntimeError) as caught:
        async with runtime():
            source().destroy(failure)
            await anyio.sleep_forever()
    assert caught.value is failure


async def test_a_destroy_of_ones_own() -> None:
    trace = Trace()

    def destroy(error: BaseException | None, callback: Any) -> None:
        trace.append(f"destroy {error}")
        setImmediate(callback, RuntimeError("late"))

    async with runtime():
        stream = trace.watch(source(destroy=destroy), ENDING)
        stream.destroy()
        assert stream.destroyed and not stream.closed
        await turns()
        assert str(stream.errored) == "late"
    assert trace == ["destroy None", "error late", "close"]


async def test_what_destroying_raises_is_the_error() -> None:
    trace = Trace()

    def destroy(error: BaseException | None, callback: Any) -> None:
        raise RuntimeError("broken")

    async with runtime():
        trace.watch(source(destroy=destroy), ENDING).destroy()
    assert trace == ["error broken", "close"]


async def test_without_emit_close_and_auto_destroy() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(emitClose=False, autoDestroy=False), ENDING)
        stream.resume()
        stream.push(None)
        await turns()
        assert trace == ["end"] and not stream.destroyed
        stream.destroy()
        await turns()
        assert stream.closed
    assert trace == ["end"]


async def test_without_auto_destroy_an_error_only_is_told() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(source(autoDestroy=False), ENDING)
        stream.push(5)
        trace.append("returned")
        await turns()
        assert not stream.destroyed and stream.errored is not None
    assert trace == ["error ERR_INVALID_ARG_TYPE", "returned"]


async def test_state_of_a_new_stream() -> None:
    async with runtime():
        stream = both()
        assert stream.readable and stream.readableFlowing is None
        assert stream.readableHighWaterMark == 65536 and stream.readableObjectMode is False
        assert stream.readableBuffer == [] and stream.errored is None and not stream.closed
        stream.push(b"ab")
        stream.push(b"c")
        assert stream.readableBuffer == [b"ab", b"c"]
        stream.readableFlowing = True
        assert stream.readableFlowing is True
        stream.readable = False
        assert stream.readable is False
        stream.destroy()


async def test_a_source_needs_a_read_of_its_own() -> None:
    errors: list[NodeError] = []
    async with runtime():
        Readable().on("error", errors.append).read()
    assert [(e.code, str(e)) for e in errors] == [
        ("ERR_METHOD_NOT_IMPLEMENTED", "The _read() method is not implemented")
    ]


async def test_streams_live_in_a_runtime() -> None:
    with pytest.raises(NoRuntimeError):
        current_runtime()
    with pytest.raises(NoRuntimeError, match="runtime"):
        source()


# -- async for and async with ----------------------------------------------------------------------


async def test_iteration_brings_what_has_come_and_destroys_at_the_end() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(both(), ENDING)
        stream.push(b"x")
        stream.push(b"y")

        def more() -> None:
            stream.push(b"z")
            stream.push(None)

        setImmediate(lambda: setImmediate(more))
        chunks = [chunk async for chunk in stream]
        assert chunks == [b"x", b"y", b"z"] and stream.destroyed
    assert trace == ["end", "error ABORT_ERR", "close"], "the writing side was still open"


async def test_iteration_over_a_stream_that_ends_by_itself_is_no_abort() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(both(allowHalfOpen=False), ENDING)
        stream.push(b"x")
        stream.push(None)
        assert [chunk async for chunk in stream] == [b"x"]
        assert stream.destroyed and stream.errored is None
    assert trace == ["end", "close"]


async def test_leaving_the_loop_early_destroys_the_stream() -> None:
    async with runtime():
        stream = both()
        stream.push(b"x")
        async for chunk in stream:
            assert chunk == b"x"
            break
        assert stream.destroyed and isinstance(stream.errored, AbortError)

        stream = both()
        stream.push(b"x")
        with pytest.raises(ZeroDivisionError):
            async for _ in stream:
                raise ZeroDivisionError
        gc.collect()
        assert stream.destroyed


async def test_an_iterator_may_leave_the_stream_alone() -> None:
    async with runtime():
        stream = both()
        stream.push(b"x")
        chunks = stream.iterator(destroyOnReturn=False)
        assert await anext(chunks) == b"x"
        await chunks.aclose()
        assert not stream.destroyed
        assert stream.listenerCount("readable") == stream.listenerCount("error") == 0
        with pytest.raises(StopAsyncIteration):
            await anext(chunks)
        stream.destroy()


async def test_iteration_raises_what_the_stream_fails_with() -> None:
    async with runtime():
        stream = both()
        stream.push(b"x")
        failure = RuntimeError("boom")
        seen = []
        with pytest.raises(RuntimeError) as caught:
            async for chunk in stream:
                seen.append(chunk)
                stream.destroy(failure)
        assert caught.value is failure and seen == [b"x"]


@pytest.mark.parametrize("before", [True, False])
async def test_a_close_before_the_end_is_premature(before: bool) -> None:
    async with runtime():
        stream = both()
        if before:
            stream.destroy()
            await turns()
        else:
            setImmediate(stream.destroy)
        with pytest.raises(NodeError, match="Premature close") as caught:
            async for _ in stream:
                pytest.fail("there is nothing to read")
        assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


async def test_a_cancelled_step_loses_nothing() -> None:
    async with runtime():
        stream = both()
        chunks = stream.iterator(destroyOnReturn=False)
        with anyio.move_on_after(0.01) as scope:
            await anext(chunks)
        assert scope.cancelled_caught
        stream.push(b"kept")
        assert await anext(chunks) == b"kept"
        stream.destroy()


async def test_async_with_destroys_and_waits() -> None:
    trace = Trace()
    async with runtime():
        async with trace.watch(both(), ENDING) as stream:
            stream.write("x")
        assert stream.closed and isinstance(stream.errored, AbortError)
    assert trace == ["error ABORT_ERR", "close"]


async def test_async_with_over_a_stream_that_fails_to_close() -> None:
    """As in Node 26: the abort was first, and what comes after it is nobody's any more."""

    def destroy(error: BaseException | None, callback: Any) -> None:
        callback(RuntimeError("late"))

    async with runtime():
        async with source(destroy=destroy) as stream:
            pass
        assert stream.closed
        assert isinstance(stream.errored, AbortError)


async def test_a_source_that_reads_itself_while_it_is_asked_loses_nothing() -> None:
    """Node 26 ends here by a TypeError of its own."""
    taken: list[object] = []

    def read(size: int) -> None:
        if not taken:
            taken.append(None)
            taken.append(stream.read(2))

    async with runtime():
        stream = source(read=read)
        stream.push(b"abcde")
        taken.append(stream.read())
        taken.append(stream.read())
        assert taken == [None, b"ab", b"cde", None]
        assert stream.readableLength == 0
        stream.push(b"fgh")
        taken.clear()
        assert stream.read(3) is None and taken == [None, b"fg"]
        assert stream.read() == b"h"
        stream.destroy()
