"""Pipes. What Node did with the same program stands behind every order here."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from anynet.node._emitters.emitter import EventEmitter
from anynet.node._loop.runtime import runtime
from anynet.node._loop.timers import setImmediate
from anynet.node._streams.duplex import Duplex
from tests.node.stream_traces import Trace, both, sink, soon, source

pytestmark = pytest.mark.anyio

Callback = Callable[..., object]


async def turns(count: int = 5) -> None:
    """Wait until the runtime has been around a few times."""
    for _ in range(count):
        over = anyio.Event()
        setImmediate(over.set)
        await over.wait()


class Slow:
    """Writes that are done one by one, when the test says so."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.callback: Callback = lambda *_: None

    def write(self, chunk: bytes, encoding: str, callback: Callback) -> None:
        self.chunks.append(chunk)
        self.callback = callback


class Echo(Duplex):
    """What is written to it is read from it."""

    def _read(self, size: int) -> None:
        pass

    def _write(self, chunk: bytes, encoding: str, callback: Callback) -> None:
        self.push(chunk)
        callback()


def listeners(stream: EventEmitter) -> list[str]:
    return sorted(str(name) for name in stream.eventNames())


async def test_all_of_it_arrives_and_the_destination_ends() -> None:
    trace = Trace()
    chunks: list[bytes] = []

    def write(chunk: bytes, encoding: str, callback: Callback) -> None:
        chunks.append(chunk)
        setImmediate(callback)

    async with runtime():
        here, there = source(), sink(write=write)
        for name in ("pipe", "unpipe", "finish"):
            there.on(name, lambda *_, name=name: trace.append(name))
        trace.watch(here, ["resume", "end"])
        assert here.pipe(there) is there
        trace.append("piped")
        here.push(b"a")
        here.push(b"b")
        here.push(None)
    assert trace == ["pipe", "piped", "resume", "end", "finish", "unpipe"]
    assert chunks == [b"a", b"b"]


async def test_backpressure_pauses_the_source_until_drain() -> None:
    trace = Trace()
    slow = Slow()
    async with runtime():
        here = trace.watch(source(), ["pause", "resume"])
        there = trace.watch(sink(write=slow.write, highWaterMark=2), ["drain"])
        here.pipe(there)
        await turns()
        here.push(b"abc")
        here.push(b"de")
        assert here.readableFlowing is False and here.readableLength == 2
        assert trace == ["resume", "pause"] and slow.chunks == [b"abc"]
        slow.callback()
        await turns()
        assert slow.chunks == [b"abc", b"de"]
        here.destroy()
        there.destroy()
    assert trace == ["resume", "pause", "drain", "pause", "resume"]


async def test_a_full_destination_is_waited_for_from_the_start() -> None:
    slow = Slow()
    async with runtime():
        here, there = source(), sink(write=slow.write, highWaterMark=1)
        there.write(b"full")
        here.push(b"x")
        here.pipe(there)
        await turns()
        assert here.isPaused() and here.readableLength == 1
        slow.callback()
        await turns()
        assert slow.chunks == [b"full", b"x"]
        here.destroy()
        there.destroy()


async def test_the_slowest_of_several_destinations_sets_the_pace() -> None:
    one, two = Slow(), Slow()
    async with runtime():
        here = source()
        first = here.pipe(sink(write=one.write, highWaterMark=1))
        second = here.pipe(sink(write=two.write, highWaterMark=1))
        third = here.pipe(sink())
        await turns()
        here.push(b"1")
        here.push(b"2")
        one.callback()
        await turns()
        assert (one.chunks, two.chunks) == ([b"1"], [b"1"]), "the second is not ready"
        two.callback()
        await turns()
        assert (one.chunks, two.chunks) == ([b"1", b"2"], [b"1", b"2"])
        here.destroy()
        for there in (first, second, third):
            there.destroy()


async def test_the_destination_may_stay_open() -> None:
    async with runtime():
        here, there = source(), sink()
        here.pipe(there, end=False)
        here.push(b"x")
        here.push(None)
        await turns()
        assert here.destroyed
        assert there.writable and listeners(there) == []
        other = source()
        other.pipe(there, {"end": False})
        other.push(None)
        await turns()
        assert not there.writableEnded and listeners(there) == []
        there.end()


async def test_a_source_that_has_ended_already() -> None:
    async with runtime():
        here, there, open_one = source(), sink(), sink()
        here.resume()
        here.push(None)
        await turns()
        here.pipe(there)
        here.pipe(open_one, end=False)
        await turns()
        assert there.writableFinished and open_one.writable
        open_one.destroy()


async def test_unpiping_one_leaves_the_others() -> None:
    trace = Trace()
    async with runtime():
        here = source()
        one, two = Echo(), Echo()
        one.on("data", trace.note("one"))
        two.on("data", trace.note("two"))
        here.pipe(one)
        here.pipe(two)
        two.on("unpipe", lambda origin, info: trace.append(f"{origin is here} {info}"))
        await turns()
        here.push(b"1")
        assert here.unpipe(two) is here
        here.push(b"2")
        await turns()
        assert here.unpipe(two) is here, "not piped any more"
        assert listeners(two) == ["data", "unpipe"]
        assert not here.isPaused()
        here.unpipe()
        assert here.isPaused() and listeners(one) == ["data"]
        here.destroy()
        one.destroy()
        two.destroy()
    assert trace == ["one b'1'", "two b'1'", "True {'hasUnpiped': True}", "one b'2'"]


async def test_a_destination_that_fails_is_left_and_tells_it() -> None:
    trace = Trace()

    def fail(chunk: bytes, encoding: str, callback: Callback) -> None:
        setImmediate(callback, RuntimeError("broken"))

    async with runtime():
        here = source()
        there = sink(write=fail)
        there.on("unpipe", lambda *_: trace.append("unpipe"))
        here.pipe(there)
        trace.watch(there, ["error", "close"])
        here.push(b"x")
        await turns()
        assert here.isPaused() and not here.destroyed
        assert listeners(there) == ["close", "error", "unpipe"]
        here.destroy()
    assert trace == ["unpipe", "error broken", "close"]


async def test_a_failure_that_nobody_hears_still_ends_the_runtime() -> None:
    failure = RuntimeError("broken")
    with pytest.raises(RuntimeError) as caught:
        async with runtime():
            there = sink()
            source().pipe(there)
            there.destroy(failure)
            await anyio.sleep_forever()
    assert caught.value is failure


async def test_a_closed_or_finished_destination_is_left() -> None:
    async with runtime():
        here = source()
        closed, finished = here.pipe(sink()), here.pipe(sink(autoDestroy=False))
        closed.destroy()
        finished.end()
        await turns()
        assert here.isPaused() and here.listenerCount("data") == 0
        assert listeners(closed) == listeners(finished) == []
        here.destroy()


async def test_a_stream_into_itself() -> None:
    """The echo server."""
    written: list[bytes] = []

    def write(chunk: bytes, encoding: str, callback: Callback) -> None:
        written.append(chunk)
        callback()

    async with runtime():
        echo = both(write=write)
        assert echo.pipe(echo) is echo
        await turns()
        echo.push(b"ping")
        echo.push(None)
        await turns()
        assert echo.writableFinished and echo.destroyed
    assert written == [b"ping"]


class File:
    """Not a stream at all."""

    def __init__(self) -> None:
        self.content = b""
        self.ended = False

    def write(self, chunk: bytes) -> bool:
        self.content += chunk
        return False

    def end(self) -> None:
        self.ended = True


async def test_any_object_with_write_and_end_will_do() -> None:
    async with runtime():
        here, file = source(), File()
        assert here.pipe(file) is file
        for chunk in (b"a", b"b"):
            here.push(chunk)
        await turns()
        here.push(None)
        await turns()
        assert file.content == b"ab" and file.ended

        here, file = source(), File()
        here.pipe(file)
        await turns()
        here.unpipe(file)
        assert here.isPaused() and here.listenerCount("data") == 0
        here.pipe(file, end=False)
        here.push(None)
        await turns()
        assert not file.ended


class Emitting(EventEmitter):
    """An emitter that can be written to, and is no stream."""

    def __init__(self) -> None:
        super().__init__()
        self.chunks: list[bytes] = []

    def write(self, chunk: bytes) -> bool:
        self.chunks.append(chunk)
        return len(self.chunks) > 1

    def end(self) -> None:
        self.emit("finish")


async def test_emitters_that_are_no_streams() -> None:
    trace = Trace()
    async with runtime():
        here, there = source(), Emitting()
        here.pipe(there)
        await turns()
        here.push(b"1")
        here.push(b"2")
        assert here.isPaused()
        there.emit("drain")
        await turns()
        assert there.chunks == [b"1", b"2"]
        there.on("error", trace.note("error"))
        there.emit("error", RuntimeError("broken"))
        assert here.isPaused() and listeners(there) == ["error"]
        here.destroy()
    assert trace == ["error broken"]


async def test_the_error_of_an_emitter_that_nobody_hears() -> None:
    async with runtime():
        here, there = source(), Emitting()
        here.pipe(there)
        with pytest.raises(RuntimeError, match="broken"):
            there.emit("error", RuntimeError("broken"))
        here.destroy()


async def test_slow_writes_all_arrive() -> None:
    received: list[bytes] = []
    async with runtime():
        here, there = source(), both(highWaterMark=3, write=soon)
        there.on("drain", lambda: received.append(b"drain"))
        here.pipe(there)
        for number in range(5):
            here.push(b"%d" % number * 2)
        here.push(None)
        await turns(20)
        assert there.writableFinished and b"drain" in received
        there.destroy()
