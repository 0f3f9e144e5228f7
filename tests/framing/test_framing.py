"""Lines and frames over real sockets: what comes out, what goes in, and what goes wrong."""

from __future__ import annotations

import copy
import pickle
import socket
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import SocketAttribute
from anyio.streams.buffered import BufferedByteStream

import anynet
from anynet.framing import (
    DelimitedStream,
    FrameError,
    FrameTooLong,
    IncompleteFrame,
    LengthPrefixedStream,
    LineStream,
    UndecodableFrame,
)
from tests.framing.streams import AnyFrames, Chunks, peer_and
from tests.testing.pairs import plain_and_ours

pytestmark = pytest.mark.anyio

#: Each kind of stream with what two frames of it are on the wire, their limit being 10 bytes.
MAKERS: dict[str, Callable[[Any], AnyFrames]] = {
    "lines": lambda stream: LineStream(stream, max_line=10),
    "delimited": lambda stream: DelimitedStream(stream, b"\r\n\r\n", max_frame=10),
    "lengths": lambda stream: LengthPrefixedStream(stream, header="!H", max_frame=10),
}
WIRE = {
    "lines": (b"one\n", b"\n"),
    "delimited": (b"one\r\n\r\n", b"\r\n\r\n"),
    "lengths": (b"\0\3one", b"\0\0"),
}
TOO_LONG = {"lines": b"x" * 11 + b"\n", "delimited": b"x" * 11 + b"\r\n\r\n"}
TOO_LONG["lengths"] = b"\0\x0b" + b"x" * 11
every_kind = pytest.mark.parametrize("kind", MAKERS)


# -- frames come out -------------------------------------------------------------------------------


@every_kind
async def test_frames_of_one_packet_and_split_over_packets(kind: str) -> None:
    one, empty = WIRE[kind]
    with peer_and(MAKERS[kind]) as (peer, frames):
        peer.sendall(one + empty + one[:2])
        assert [await frames.receive(), await frames.receive()] == [b"one", b""]
        with anyio.move_on_after(0.01) as scope:
            await frames.receive()
        assert scope.cancelled_caught
        for index in range(2, len(one)):
            peer.sendall(one[index : index + 1])
            await anyio.lowlevel.checkpoint()
        assert await frames.receive() == b"one"
        peer.sendall(empty)
        peer.shutdown(socket.SHUT_WR)
        assert await frames.receive() == b""
        for _ in range(2):
            with pytest.raises(anyio.EndOfStream):
                await frames.receive()


@every_kind
async def test_iterating(kind: str) -> None:
    one, empty = WIRE[kind]
    with peer_and(MAKERS[kind]) as (peer, frames):
        peer.sendall((one + empty) * 1000)
        peer.shutdown(socket.SHUT_WR)
        assert [frame async for frame in frames] == [b"one", b""] * 1000


@every_kind
async def test_all_that_has_arrived_at_once(kind: str) -> None:
    one, empty = WIRE[kind]
    stream = Chunks([(one + empty) * 2000 + one[:1], one[1:] + one])
    frames: Any = MAKERS[kind](stream)
    assert await frames.receive() == b"one"
    assert await frames.receive_many() == ([b"one", b""] * 2000)[1:]
    assert await frames.receive_many() == [b"one", b"one"]
    with pytest.raises(anyio.EndOfStream):
        await frames.receive_many()


@every_kind
async def test_a_list_of_frames_is_the_callers(kind: str) -> None:
    one, empty = WIRE[kind]
    frames: Any = MAKERS[kind](Chunks([one + empty, one]))
    many = await frames.receive_many()
    many.clear()
    assert frames.unread() == b""
    assert await frames.receive() == b"one"


async def test_a_stream_that_gives_more_than_it_was_asked_for() -> None:
    lines = [b"%d" % number for number in range(100_000)]
    data = b"\n".join(lines) + b"\n"
    assert [each async for each in LineStream(Chunks([data]))] == lines
    assert await LineStream(Chunks([data])).receive_many() == lines
    stream = LineStream(Chunks([data]))
    assert await stream.receive() == b"0"
    assert stream.unread() == data[2:]


async def test_text() -> None:
    with peer_and(LineStream, encoding="utf-8") as (peer, lines):
        peer.sendall("grüß\nGott\n".encode())
        assert await lines.receive() == "grüß"
        assert await lines.receive_many() == ["Gott"]
        await lines.send("привет")
        assert peer.recv(100) == "привет\n".encode()
    with peer_and(LineStream, encoding="latin-1", newline=b"\r\n") as (peer, lines):
        peer.sendall(b"gr\xfc\xdf\n\r\n")
        assert await lines.receive() == "grüß\n"


# -- what is wrong with a frame --------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_frame_too_long_is_skipped(kind: str, at_once: bool) -> None:
    (one, _), long = WIRE[kind], TOO_LONG[kind]
    with peer_and(MAKERS[kind]) as (peer, frames):
        peer.sendall(one + long if at_once else one + long[:-1])
        assert await frames.receive() == b"one"
        with pytest.raises(FrameTooLong, match="is longer than 10 bytes") as raised:
            await frames.receive()
        assert raised.value.limit == 10
        assert raised.value.size == (11 if kind == "lengths" else None)
        peer.sendall(one if at_once else long[-1:] + one)
        assert await frames.receive() == b"one"


@every_kind
async def test_the_errors_say_what_a_frame_is_called(kind: str) -> None:
    name = "line" if kind == "lines" else "frame"
    with peer_and(MAKERS[kind]) as (peer, frames):
        peer.sendall(TOO_LONG[kind])
        with pytest.raises(FrameTooLong, match=f"^a {name} .*is longer"):
            await frames.receive()
        peer.sendall(WIRE[kind][0][:-1])
        peer.shutdown(socket.SHUT_WR)
        with pytest.raises(IncompleteFrame, match=f"ended inside a {name}"):
            await frames.receive()


@every_kind
async def test_after_a_frame_too_long_the_end_is_a_clean_one(kind: str) -> None:
    with peer_and(MAKERS[kind]) as (peer, frames):
        peer.sendall(TOO_LONG[kind][:-1])
        peer.shutdown(socket.SHUT_WR)
        with pytest.raises(FrameTooLong):
            await frames.receive()
        with pytest.raises(anyio.EndOfStream):
            await frames.receive()


@every_kind
async def test_the_end_inside_a_frame(kind: str) -> None:
    one, _ = WIRE[kind]
    for length in range(1, len(one)):
        with peer_and(MAKERS[kind]) as (peer, frames):
            peer.sendall(one + one[:length])
            peer.shutdown(socket.SHUT_WR)
            assert await frames.receive() == b"one"
            with pytest.raises(IncompleteFrame) as raised:
                await frames.receive()
            assert raised.value.partial == one[:length]
            with pytest.raises(anyio.EndOfStream):
                await frames.receive()


@every_kind
async def test_a_loop_ends_by_an_incomplete_frame(kind: str) -> None:
    one, _ = WIRE[kind]
    frames: Any = MAKERS[kind](Chunks([one, one[:1]]))
    with pytest.raises(IncompleteFrame, match="after 1 bytes of it"):
        async for frame in frames:
            assert frame == b"one"


async def test_the_end_inside_the_delimiter_of_a_line_too_long() -> None:
    stream = DelimitedStream(Chunks([b"ab-"]), b"--", max_frame=2)
    with pytest.raises(FrameTooLong):
        await stream.receive()


async def test_a_line_that_is_no_text() -> None:
    with peer_and(LineStream, encoding="utf-8") as (peer, lines):
        peer.sendall(b"one\ntw\xff\nthree\n\xfe\n")
        assert await lines.receive() == "one"
        with pytest.raises(UndecodableFrame) as raised:
            await lines.receive()
        assert isinstance(raised.value, UnicodeDecodeError)
        assert (raised.value.object, raised.value.start) == (b"tw\xff", 2)
        assert await lines.receive_many() == ["three"]
        with pytest.raises(UndecodableFrame, match="0xfe"):
            await lines.receive_many()


async def test_a_codec_that_says_little() -> None:
    lines = LineStream(Chunks([b"xn--a\nok\n"]), encoding="idna")
    with pytest.raises(UndecodableFrame) as raised:
        await lines.receive()
    assert raised.value.object == b"xn--a"
    assert await lines.receive() == "ok"


async def test_frames_that_are_wrong_among_others() -> None:
    data = b"a\n" + b"x" * 11 + b"\n" + b"y" * 11 + b"\nb\n\xff\nc\nd\n" + b"z" * 11 + b"\nlast"
    expected = ["a", FrameTooLong, FrameTooLong, "b", UndecodableFrame, "c", "d"]
    expected += [FrameTooLong, IncompleteFrame, anyio.EndOfStream]
    for many in (False, True):
        lines = LineStream(Chunks([data]), max_line=10, encoding="utf-8")
        seen: list[object] = []
        while anyio.EndOfStream not in seen:
            try:
                seen += await lines.receive_many() if many else [await lines.receive()]
            except (FrameError, anyio.EndOfStream) as error:
                seen.append(type(error))
        assert seen == expected


@pytest.mark.parametrize(
    "error",
    [
        IncompleteFrame(b"x"),
        FrameTooLong(5),
        FrameTooLong(5, 9),
        UndecodableFrame("utf-8", b"\xff", 0, 1, "bad"),
    ],
)
def test_errors_can_be_copied(error: FrameError) -> None:
    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is type(error)
        assert (str(again), vars(again)) == (str(error), vars(error))


# -- the rest --------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("taken", range(4))
async def test_the_rest_is_as_it_came(kind: str, taken: int) -> None:
    one, empty = WIRE[kind]
    data = one + empty + one + one + one[:2]
    frames: Any = MAKERS[kind](Chunks([data, one]))
    for _ in range(taken):
        await frames.receive()
    before = (b"", one, one + empty, one + empty + one)[taken]
    assert before + frames.unread() == (data if taken else b"")
    assert frames.unread() == b""
    assert await frames.receive() == b"one"


async def test_the_rest_of_text_is_the_bytes_that_came() -> None:
    # That encoding has several ways to write a character, so the text does not tell.
    data = b"+AGE-\na\n+AGE-\n"
    lines = LineStream(Chunks([data]), encoding="utf-7")
    assert await lines.receive() == "a"
    assert lines.unread() == b"a\n+AGE-\n"


async def test_going_over_to_bytes_and_back() -> None:
    with plain_and_ours() as (peer, ours):
        peer.sendall(b"size 5\nab\nde")
        lines = LineStream(ours)
        assert await lines.receive() == b"size 5"
        body = BufferedByteStream(ours)
        body.feed_data(lines.unread())
        peer.sendall(b"next\n")
        assert await body.receive_exactly(5) == b"ab\nde"
        assert await LineStream(body).receive() == b"next"


# -- sending, and the end --------------------------------------------------------------------------


@every_kind
async def test_sending(kind: str) -> None:
    one, empty = WIRE[kind]
    with peer_and(MAKERS[kind]) as (peer, frames):
        for frame in (b"one", bytearray(b"one"), memoryview(b"one")):
            await frames.send(frame)
            assert peer.recv(100) == one
        await frames.send(b"")
        assert peer.recv(100) == empty
        with pytest.raises(ValueError, match="item must be at most 10 bytes long, not 11"):
            await frames.send(b"x" * 11)
        with pytest.raises(TypeError, match="item must be a bytes or .*, not 'one'"):
            await frames.send("one")
        await frames.send_eof()
        assert peer.recv(100) == b""


@pytest.mark.parametrize("frame", [b"a--b", b"--", b"a-"])
async def test_a_frame_with_the_delimiter_is_not_sent(frame: bytes) -> None:
    stream = Chunks([])
    with pytest.raises(ValueError, match="item must not contain the delimiter b'--'"):
        await DelimitedStream(stream, b"--").send(frame)
    assert stream.sent == []


async def test_text_that_is_no_line_is_not_sent() -> None:
    stream = Chunks([])
    lines = LineStream(stream, encoding="ascii", max_line=5)
    for bad in ("two\nlines", "too long", "grüß"):
        with pytest.raises(ValueError):
            await lines.send(bad)
    with pytest.raises(TypeError, match="item must be a str, not b'bytes'"):
        await lines.send(b"bytes")  # type: ignore[arg-type]
    assert stream.sent == []


async def test_a_length_is_bounded_by_its_header_too() -> None:
    frames = LengthPrefixedStream(Chunks([]), header="B")
    with pytest.raises(ValueError, match="at most 255 bytes"):
        await frames.send(b"x" * 256)


@every_kind
async def test_after_the_close(kind: str) -> None:
    one, _ = WIRE[kind]
    with peer_and(MAKERS[kind]) as (peer, frames):
        peer.sendall(one * 3)
        assert await frames.receive() == b"one"
        async with frames:
            pass
        for call in (frames.receive, frames.receive_many, frames.__anext__):
            with pytest.raises(anyio.ClosedResourceError):
                await call()
        with pytest.raises(anyio.ClosedResourceError):
            await frames.send(b"x")
        with pytest.raises(anyio.ClosedResourceError):
            frames.unread()
        assert peer.recv(100) == b""


@every_kind
async def test_a_close_wakes_the_task_that_receives(kind: str) -> None:
    with peer_and(MAKERS[kind]) as (_, frames):

        async def receive() -> None:
            with pytest.raises(anyio.ClosedResourceError):
                await frames.receive()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            await frames.aclose()


@every_kind
async def test_a_second_task_that_receives(kind: str) -> None:
    one, _ = WIRE[kind]
    with peer_and(MAKERS[kind]) as (peer, frames):

        async def receive() -> None:
            assert await frames.receive() == b"one"

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            for call in (frames.receive, frames.receive_many, frames.__anext__):
                with pytest.raises(anyio.BusyResourceError):
                    await call()
            with pytest.raises(anyio.BusyResourceError):
                frames.unread()
            peer.sendall(one)


async def test_the_attributes_are_those_of_the_socket() -> None:
    with peer_and(LineStream) as (peer, lines):
        assert lines.extra(SocketAttribute.remote_address) == peer.getsockname()


async def test_the_error_of_the_socket_comes_through() -> None:
    with peer_and(LineStream) as (peer, lines):
        peer.sendall(b"one\npart")
        assert await lines.receive() == b"one"
        await lines._stream.aclose()
        with pytest.raises(anynet.ConnectionClosed):
            await lines.receive()
        assert lines.unread() == b"part"


# -- arguments -------------------------------------------------------------------------------------

BAD_ARGUMENTS: list[tuple[Callable[..., object], dict[str, Any], str]] = [
    (LineStream, {"max_line": 0}, "max_line must be at least 1, not 0"),
    (LineStream, {"max_line": "9"}, "max_line must be an integer, not '9'"),
    (LineStream, {"newline": b""}, "newline must not be empty, but it is b''"),
    (LineStream, {"newline": "\n"}, "newline must be a bytes, not '\\n'"),
    (LineStream, {"encoding": 8}, "encoding must be a str or None, not 8"),
    (LineStream, {"encoding": "utf-88"}, "encoding must be one of text, not 'utf-88': unknown"),
    (LineStream, {"encoding": "hex"}, "encoding must be one of text, not 'hex'"),
    *(
        (LineStream, {"encoding": name}, "encoding must be one in which bytes can be split at")
        for name in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037")
    ),
    (
        LineStream,
        {"encoding": "utf-8", "newline": b"\xff"},
        "encoding must be one in which bytes can be split at b'\\xff', not 'utf-8'",
    ),
    (DelimitedStream, {"delimiter": b""}, "delimiter must not be empty, but it is b''"),
    (DelimitedStream, {"delimiter": 5}, "delimiter must be a bytes, not 5"),
    (DelimitedStream, {"delimiter": b".", "max_frame": -1}, "max_frame must be at least 1, not -1"),
    (LengthPrefixedStream, {"max_frame": 1.5}, "max_frame must be an integer, not 1.5"),
    (LengthPrefixedStream, {"header": 4}, "header must be a str, not 4"),
    *(
        (
            LengthPrefixedStream,
            {"header": header},
            f"header must be a struct format of one unsigned integer, not '{header}'",
        )
        for header in ("", "!i", "!II", "?", "c", "2s", "f", "!xI", "x", "nonsense")
    ),
]


@pytest.mark.parametrize(("make", "options", "message"), BAD_ARGUMENTS)
async def test_a_bad_argument(
    make: Callable[..., object], options: dict[str, Any], message: str
) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        make(Chunks([]), **options)
    assert str(raised.value).startswith(message)


@every_kind
async def test_what_is_no_byte_stream_is_refused(kind: str) -> None:
    with socket.socket() as plain:
        with pytest.raises(TypeError, match="stream must be a ByteStream, not <socket"):
            MAKERS[kind](plain)
