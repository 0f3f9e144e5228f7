"""When a stream of frames lets others run, and that no cancellation loses a byte."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anynet.framing import FrameError, FrameTooLong, IncompleteFrame, LineStream, UndecodableFrame
from tests.conftest import BACKENDS
from tests.framing.streams import Chunks, peer_and

LINES = 2000


class Ticker:
    """A task that counts how often it runs."""

    ticks = 0

    async def run(self) -> None:
        while True:
            await anyio.lowlevel.checkpoint()
            self.ticks += 1


@contextmanager
def cancelled() -> Iterator[None]:
    """What is awaited inside is cancelled at its first chance."""
    with anyio.CancelScope() as scope:
        scope.cancel()
        yield


async def all_there() -> LineStream[bytes]:
    """A stream whose lines are all in memory, where 256 have just been let in by a yield."""
    lines = LineStream(Chunks([b"".join(b"%d\n" % number for number in range(LINES))]))
    assert await lines.receive() == b"0"
    return lines


@pytest.mark.anyio
@pytest.mark.parametrize("iterating", [True, False])
async def test_of_256_lines_one_lets_others_run(iterating: bool) -> None:
    ticker = Ticker()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ticker.run)
        lines = await all_there()
        receive = lines.__anext__ if iterating else lines.receive
        before = ticker.ticks
        for number in range(1, 256):
            assert await receive() == b"%d" % number
        assert ticker.ticks == before
        for number in range(256, LINES):
            assert await receive() == b"%d" % number
        # Between two turns of one task there is one of the other, or two or none by chance.
        yields = (LINES - 1) // 256
        assert yields - 1 <= ticker.ticks - before <= yields + 1
        tasks.cancel_scope.cancel()


@pytest.mark.anyio
async def test_a_cancellation_is_noticed_within_256_lines() -> None:
    lines = await all_there()
    seen = [b"0"]
    with cancelled():
        while True:
            seen.append(await lines.receive())
    assert len(seen) == 256
    with cancelled():
        async for line in lines:
            seen.append(line)
    assert len(seen) == 256
    assert seen + [line async for line in lines] == [b"%d" % number for number in range(LINES)]


@pytest.mark.anyio
async def test_to_receive_many_is_always_a_cancellation_point() -> None:
    lines = await all_there()
    ran = False
    with cancelled():
        await lines.receive_many()
        ran = True
    assert not ran
    assert len(await lines.receive_many()) == LINES - 1


@pytest.mark.anyio
async def test_little_is_split_ahead() -> None:
    lines = LineStream(Chunks([b"ab\n" * 20_000]))
    assert await lines.receive() == b"ab"
    assert len(lines._frames) == 256
    assert await lines.receive_many() == [b"ab"] * 19_999


@pytest.mark.anyio
async def test_a_close_during_the_yield() -> None:
    lines = await all_there()

    async def receive() -> None:
        with pytest.raises(anyio.ClosedResourceError):
            while True:
                await lines.receive()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(receive)
        tasks.start_soon(lines.aclose)


@pytest.mark.anyio
async def test_a_second_task_during_the_yield() -> None:
    lines = await all_there()
    for _ in range(255):
        await lines.receive()
    first = lines.receive()
    first.send(None)  # It lets others run, such as this task.
    with pytest.raises(anyio.BusyResourceError):
        await lines.receive()
    first.close()
    assert await lines.receive() == b"256"


@pytest.mark.anyio
async def test_a_cancelled_receive_keeps_the_part_that_came() -> None:
    with peer_and(LineStream) as (peer, lines):
        for piece in (b"one", b" an", b"d a", b" half\n"):
            with anyio.move_on_after(0.005):
                await lines.receive()
            peer.sendall(piece)
        assert await lines.receive() == b"one and a half"


# -- any order of operations gives the frames of the model -----------------------------------------

LETTERS = st.lists(st.sampled_from([b"a", b"b", b"\n", b"\xff", b"abcd"]), max_size=80)
OPERATIONS = st.lists(
    st.sampled_from(["receive", "iterate", "many", "cancelled", "cancelled many"]), min_size=1
)


def lines_of(data: bytes, limit: int) -> list[object]:
    """The model: what comes out of all bytes, errors by their classes."""

    def shown(line: bytes) -> object:
        if len(line) > limit:
            return FrameTooLong
        return UndecodableFrame if b"\xff" in line else line.decode()

    *whole, last = data.split(b"\n")
    lines = [shown(line) for line in whole]
    if last:
        lines.append(FrameTooLong if len(last) > limit else IncompleteFrame)
    return lines


async def perform(lines: LineStream[str], operation: str) -> list[object]:
    """What an operation gives."""
    try:
        match operation:
            case "receive":
                return [await lines.receive()]
            case "iterate":
                return [await anext(lines)]
            case "many":
                return [*await lines.receive_many()]
            case "cancelled":
                with cancelled():
                    return [await lines.receive()]
            case _:
                with cancelled():
                    return [*await lines.receive_many()]
    except FrameError as error:
        return [type(error)]
    return []


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
@given(LETTERS, st.integers(1, 30), OPERATIONS, st.sampled_from([2, 3, 256]))
@settings(deadline=None)
def test_any_order_of_operations(
    backend: str, letters: list[bytes], size: int, operations: list[str], unyielded: int
) -> None:
    data = b"".join(letters)

    async def run() -> None:
        chunks = [data[begin : begin + size] for begin in range(0, len(data), size)]
        lines = LineStream(Chunks(chunks), max_line=6, encoding="utf-8")
        seen: list[object] = []
        step = 0
        while True:
            operation = [*operations, "receive"][step % (len(operations) + 1)]
            step += 1
            try:
                seen += await perform(lines, operation)
            except (anyio.EndOfStream, StopAsyncIteration):
                break
        assert seen == lines_of(data, 6)

    name, options = BACKENDS[backend]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("anynet.framing._frame_stream._MAX_UNYIELDED", unyielded)
        anyio.run(run, backend=name, backend_options=options)


@given(LETTERS, st.integers(1, 30), st.lists(st.booleans(), max_size=20))
def test_the_rest_after_any_operations(
    letters: list[bytes], size: int, operations: list[bool]
) -> None:
    """Bytes that were handed out and the rest are all that was received."""
    data = b"".join(letters)

    async def run() -> None:
        stream = Chunks([data[begin : begin + size] for begin in range(0, len(data), size)])
        lines = LineStream(stream, max_line=1000)
        taken: list[bytes] = []
        for many in operations:
            try:
                taken += await lines.receive_many() if many else [await lines.receive()]
            except (anyio.EndOfStream, IncompleteFrame):
                return
        unreceived = b"".join(stream.chunks)
        assert b"".join(line + b"\n" for line in taken) + lines.unread() + unreceived == data

    anyio.run(run, backend="trio")


@pytest.mark.anyio
async def test_each_broken_frame_of_a_chunk_is_told() -> None:
    """Without a decoder too, where nothing looks at each frame."""
    lines = LineStream(Chunks([b"long line\nok\nanother one\nend\n"]), max_line=3)
    for expected in (FrameTooLong, [b"ok"], FrameTooLong, [b"end"]):
        if expected is FrameTooLong:
            with pytest.raises(FrameTooLong):
                await lines.receive_many()
        else:
            assert await lines.receive_many() == expected
