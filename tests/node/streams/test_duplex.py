"""Streams with two sides, and the options of all. The judge is Node, as in the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest

from anynet.node._emitters.abort import AbortController
from anynet.node._errors.errors import AbortError, NodeTypeError
from anynet.node._loop.runtime import runtime
from anynet.node._loop.timers import setImmediate
from anynet.node._streams.duplex import Duplex
from anynet.node._streams.readable import Readable
from anynet.node._streams.writable import Writable
from tests.node.stream_traces import Trace, at_once, both, nothing, sink, soon, source

pytestmark = pytest.mark.anyio

EVENTS = ("data", "end", "finish", "error", "close")


async def turns(count: int = 5) -> None:
    """Wait until the runtime has been around a few times."""
    for _ in range(count):
        over = anyio.Event()
        setImmediate(over.set)
        await over.wait()


# -- half-open -------------------------------------------------------------------------------------


async def test_half_open_each_side_ends_by_itself() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(both(), EVENTS)
        stream.push(None)
        await turns()
        assert trace == ["end"] and stream.writable and not stream.destroyed
        stream.end(b"x")
    assert trace == ["end", "finish", "close"]


async def test_the_other_way_round() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(both(), EVENTS)
        stream.end()
        await turns()
        assert trace == ["finish"] and stream.readable
        stream.push(b"x")
        stream.push(None)
    assert trace == ["finish", "data b'x'", "end", "close"]


async def test_not_half_open_the_end_is_answered_after_the_queue() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(both(allowHalfOpen=False, write=soon), EVENTS)
        assert stream.allowHalfOpen is False
        stream.on("end", lambda: trace.append(f"writable {stream.writable}"))
        stream.write(b"a", trace.note("a"))
        stream.write(b"b", trace.note("b"))
        stream.push(None)
    assert trace == ["end", "writable True", "a None", "b None", "finish", "close"]


async def test_half_open_can_be_decided_late() -> None:
    async with runtime():
        stream = both(allowHalfOpen=False)
        stream.allowHalfOpen = True
        stream.resume()
        stream.push(None)
        await turns()
        assert stream.readableEnded and stream.writable
        stream.destroy()


async def test_a_side_that_is_not_there_has_ended() -> None:
    async with runtime():
        stream = both(readable=False)
        assert not stream.readable and stream.readableEnded and stream.writable
        stream.end()
        await turns()
        assert stream.destroyed
        stream = both(writable=False)
        assert not stream.writable and stream.writableEnded and stream.writableFinished
        stream.resume()
        stream.push(None)
        await turns()
        assert stream.destroyed


async def test_destroying_ends_both_sides() -> None:
    trace = Trace()
    async with runtime():
        stream = trace.watch(both(write=nothing), EVENTS[1:])
        stream.write(b"x")
        stream.write(b"y", trace.note("y"))
        stream.push(b"unread")
        stream.destroy(RuntimeError("boom"))
        assert not stream.readable and not stream.writable
        assert stream.readableAborted and not hasattr(stream, "writableAborted")
        assert "writableAborted" not in dir(stream) and "readableAborted" in dir(stream)
        for name in dir(stream):
            getattr(stream, name)  # All that is listed is there.
    assert trace == ["error boom", "close"], "a write is still under way"


async def test_a_failed_write_is_the_failure_of_both_sides() -> None:
    def fail(chunk: bytes, encoding: str, callback: Callable[..., object]) -> None:
        callback(RuntimeError("broken"))

    trace = Trace()
    async with runtime():
        stream = trace.watch(both(write=fail), EVENTS)
        stream.write(b"x")
        assert str(stream.errored) == "broken" and stream.push(b"y") is False
    assert trace == ["error broken", "close"]


async def test_a_stream_can_begin_anew() -> None:
    """As a socket does that connects again."""
    trace = Trace()
    async with runtime():
        stream = trace.watch(both(), EVENTS)
        stream.end()
        stream.push(None)
        await turns()
        assert stream.destroyed and stream.closed
        stream.reset_for_reuse()
        assert not stream.destroyed and not stream.closed and stream.errored is None
        assert stream.readable and stream.writable
        stream.push(b"again")
        stream.push(None)
        stream.end(b"again")
    assert trace == ["finish", "end", "close", "data b'again'", "finish", "end", "close"]


async def test_a_duplex_is_both_and_the_others_are_one() -> None:
    async with runtime():
        streams: list[object] = [both(), source(), sink()]
        kinds = [(isinstance(s, Readable), isinstance(s, Writable)) for s in streams]
    assert kinds == [(True, True), (True, False), (False, True)]
    names = [each.__name__ for each in Duplex.__mro__]
    assert names == ["Duplex", "Readable", "Writable", "Stream", "EventEmitter", "object"]


# -- options ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "marks"),
    [
        ({}, (65536, 65536)),
        ({"highWaterMark": 3}, (3, 3)),
        ({"highWaterMark": 0}, (0, 0)),
        ({"highWaterMark": 3, "readableHighWaterMark": 7}, (3, 3)),
        ({"readableHighWaterMark": 7, "writableHighWaterMark": 0}, (7, 0)),
        ({"readableHighWaterMark": None, "writableHighWaterMark": 5.0}, (65536, 5)),
    ],
)
async def test_high_water_marks(options: dict[str, Any], marks: tuple[int, int]) -> None:
    async with runtime():
        for stream in (Duplex(options), Duplex(**options)):
            assert (stream.readableHighWaterMark, stream.writableHighWaterMark) == marks


@pytest.mark.parametrize(
    ("kind", "options", "text"),
    [
        (Duplex, {"highWaterMark": -1}, "property 'options.readableHighWaterMark'.* -1"),
        (Duplex, {"highWaterMark": 1.5}, "property 'options.readableHighWaterMark'.* 1.5"),
        (Duplex, {"highWaterMark": "5"}, "property 'options.readableHighWaterMark'.* '5'"),
        (Duplex, {"highWaterMark": True}, "property 'options.readableHighWaterMark'.* true"),
        (Duplex, {"writableHighWaterMark": "x"}, "property 'options.writableHighWaterMark'.* 'x'"),
        (Readable, {"highWaterMark": -1}, "property 'options.highWaterMark'.* -1"),
        (Writable, {"highWaterMark": -1}, "property 'options.highWaterMark'.* -1"),
    ],
)
async def test_bad_options(kind: type[Duplex], options: dict[str, Any], text: str) -> None:
    async with runtime():
        with pytest.raises(NodeTypeError, match=text) as caught:
            kind(options)
        assert caught.value.code == "ERR_INVALID_ARG_VALUE"


@pytest.mark.parametrize("kind", [Writable, Duplex])
async def test_default_encoding(kind: type[Writable | Duplex]) -> None:
    seen: list[bytes] = []

    def write(chunk: bytes, encoding: str, callback: Callable[..., object]) -> None:
        seen.append(chunk)
        callback()

    async with runtime():
        kind(write=write, defaultEncoding="HEX").end("6869")
        with pytest.raises(NodeTypeError, match="^Unknown encoding: nope$"):
            kind(defaultEncoding="nope")
    assert seen == [b"hi"]


async def test_encoding_of_a_duplex() -> None:
    async with runtime():
        stream = both(encoding="hex")
        stream.push(b"\xff")
        assert stream.readableEncoding == "hex" and stream.read() == "ff"
        stream.destroy()


async def test_methods_of_a_subclass_and_functions_given_as_options() -> None:
    trace = Trace()

    class Loud(Duplex):
        def _read(self, size: int) -> None:
            trace.append(f"read {size}")
            self.push(None)

        def _write(self, chunk: bytes, encoding: str, callback: Callable[..., object]) -> None:
            trace.append(f"write {chunk!r} {encoding}")
            callback()

        def _final(self, callback: Callable[..., object]) -> None:
            trace.append("final")
            callback()

        def _destroy(self, error: BaseException | None, callback: Callable[..., object]) -> None:
            trace.append(f"destroy {error}")
            callback(error)

    async with runtime():
        stream = Loud(highWaterMark=9)
        stream.resume()
        stream.end("x")
    assert trace == ["write b'x' buffer", "final", "read 9", "destroy None"]

    async with runtime():
        plain = Duplex(
            read=lambda size: trace.append(f"read {size}"), write=at_once, final=trace.note("final")
        )
        plain.read()
        plain.end()
    assert trace[4] == "read 65536" and trace[5].startswith("final <")


@pytest.mark.parametrize("make", [source, sink, both])
async def test_a_signal_destroys(make: Callable[..., Duplex]) -> None:
    trace = Trace()
    async with runtime():
        controller = AbortController()
        stream = make(signal=controller.signal)
        stream.on("close", trace.note("close"))
        reason = RuntimeError("enough")
        controller.abort(reason)
        assert stream.destroyed and isinstance(stream.errored, AbortError)
        assert stream.errored.cause is reason
        trace.append("aborted")
    assert trace == ["aborted", "close"], "nobody has to listen to that error"


async def test_a_signal_aborted_already_and_one_aborted_too_late() -> None:
    trace = Trace()
    async with runtime():
        controller = AbortController()
        late = trace.watch(both(signal=controller.signal), EVENTS, "late")
        late.end()
        late.push(None)
        await turns()
        assert late.destroyed and late.errored is None
        controller.abort()
        await turns()
        early = both(signal=controller.signal)
        assert early.destroyed
        trace.watch(early, ["error", "close"], "early")
    assert trace[3:] == ["early error ABORT_ERR", "early close"] and late.errored is None


async def test_a_signal_must_be_one() -> None:
    async with runtime():
        with pytest.raises(NodeTypeError, match='The "signal" argument must be an instance of Ab'):
            both(signal=5)


async def test_programs_may_hang_what_they_like_on_a_stream() -> None:
    async with runtime():
        stream: Any = both()
        stream.user = "somebody"
        assert stream.user == "somebody"
