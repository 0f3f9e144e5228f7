"""Splitters agree with a model of one line, whatever the chunks; their work is linear."""

from __future__ import annotations

import itertools
import struct
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anynet.framing import FrameTooLong, IncompleteFrame
from anynet.framing._splitters import DelimiterSplitter, Frames, LengthSplitter, Splitter

#: Delimiters of which a part may begin another: the text around them is of the same letters.
DELIMITERS = [b"\n", b"\r\n", b"--", b"aab", b"aba", b"abab", b"aaaa"]
LETTERS = st.lists(st.sampled_from(b"ab-\r\n"), max_size=60).map(bytes)
CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=20)
MOST = st.sampled_from([1, 2, 3, 7, sys.maxsize])
TOO_LONG = "too long"

Seen = list[bytes | str]


def chunks_of(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """``data`` in pieces of these sizes, over and over."""
    chunks: list[bytes] = []
    position = 0
    for size in itertools.cycle(cuts):
        if position >= len(data):
            return chunks
        chunks.append(data[position : position + size])
        position += size
    raise AssertionError


def fed(splitter: Splitter, chunk: bytes, most: int) -> Frames:
    """All frames of a chunk, taken so many at a time."""
    frames: Frames = []
    while chunk:
        before = len(chunk)
        some, chunk = splitter.split(chunk, most)
        assert len(some) <= most
        assert splitter.errors == sum(isinstance(each, FrameTooLong) for each in some)
        assert len(chunk) < before
        frames += some
    return frames


def seen(frames: Frames) -> Seen:
    return [each if isinstance(each, bytes) else TOO_LONG for each in frames]


def outcome(splitter: Splitter, chunks: list[bytes], most: int) -> tuple[Seen, bytes | None]:
    """What comes out: frames, those that are too long, and the one that the end cuts off."""
    frames = [frame for chunk in chunks for frame in fed(splitter, chunk, most)]
    error = splitter.finish()
    if isinstance(error, IncompleteFrame):
        return seen(frames), error.partial
    return seen([*frames, error] if error is not None else frames), None


def delimited(data: bytes, delimiter: bytes, limit: int) -> tuple[Seen, bytes | None]:
    """The model: what ``split`` makes of all the bytes."""
    *frames, last = data.split(delimiter)
    whole: Seen = [each if len(each) <= limit else TOO_LONG for each in frames]
    if len(last) > limit:
        return [*whole, TOO_LONG], None
    return whole, last or None


@given(LETTERS, st.sampled_from(DELIMITERS), st.integers(1, 8), CUTS, MOST)
def test_delimited_frames(
    data: bytes, delimiter: bytes, limit: int, cuts: list[int], most: int
) -> None:
    splitter = DelimiterSplitter(delimiter, limit)
    assert outcome(splitter, chunks_of(data, cuts), most) == delimited(data, delimiter, limit)
    assert outcome(splitter, chunks_of(data, cuts), most) == delimited(data, delimiter, limit)


@given(LETTERS, st.sampled_from(DELIMITERS), st.integers(0, 60), CUTS, MOST)
def test_the_rest_of_delimited_frames_is_as_it_came(
    data: bytes, delimiter: bytes, position: int, cuts: list[int], most: int
) -> None:
    splitter = DelimiterSplitter(delimiter, 100)
    frames = [
        frame for chunk in chunks_of(data[:position], cuts) for frame in fed(splitter, chunk, most)
    ]
    whole = [each for each in frames if isinstance(each, bytes)]
    for taken in range(len(whole) + 1):
        again = DelimiterSplitter(delimiter, 100)
        fed(again, data[:position], sys.maxsize)
        before = b"".join(each + delimiter for each in whole[:taken])
        assert before + again.rest(whole[taken:]) == data[:position]
    # And it has forgotten it.
    splitter.rest(whole)
    assert outcome(splitter, chunks_of(data, cuts), most) == delimited(data, delimiter, 100)


FRAMES = st.lists(st.binary(max_size=12), max_size=12)
HEADERS = [struct.Struct(each) for each in ("!B", "<H", "!I", "@Q")]


@given(FRAMES, st.sampled_from(HEADERS), st.integers(1, 12), CUTS, MOST, st.integers(0, 20))
def test_frames_behind_their_length(
    frames: list[bytes],
    header: struct.Struct,
    limit: int,
    cuts: list[int],
    most: int,
    cut_off: int,
) -> None:
    whole = [header.pack(len(each)) + each for each in frames]
    data = b"".join(whole)[: -cut_off or None]
    expected: Seen = []
    partial, position = None, 0
    for frame, framed in zip(frames, whole, strict=True):
        there = data[position : position + len(framed)]
        position += len(framed)
        if len(there) >= header.size and len(frame) > limit:
            expected.append(TOO_LONG)
        elif there == framed:
            expected.append(frame)
        elif there:
            partial = there
    splitter = LengthSplitter(header, limit)
    assert outcome(splitter, chunks_of(data, cuts), most) == (expected, partial)
    assert outcome(splitter, chunks_of(data, cuts), most) == (expected, partial)


@given(FRAMES, st.sampled_from(HEADERS), CUTS, st.integers(0, 200))
def test_the_rest_of_frames_behind_their_length_is_as_it_came(
    frames: list[bytes], header: struct.Struct, cuts: list[int], position: int
) -> None:
    data = b"".join(header.pack(len(each)) + each for each in frames)[:position]
    splitter = LengthSplitter(header, 100)
    whole = [
        each
        for chunk in chunks_of(data, cuts)
        for each in fed(splitter, chunk, sys.maxsize)
        if isinstance(each, bytes)
    ]
    assert splitter.rest(whole) == data
    assert splitter.finish() is None


@given(st.lists(st.binary(max_size=9), max_size=12), st.sampled_from(DELIMITERS), CUTS)
def test_what_is_sent_is_received(frames: list[bytes], delimiter: bytes, cuts: list[int]) -> None:
    for splitter in (DelimiterSplitter(delimiter, 9), LengthSplitter(HEADERS[1], 9)):
        sent, taken = b"", []
        for frame in frames:
            try:
                sent += splitter.framed(frame)
            except ValueError:
                assert delimiter in frame + delimiter[:-1]
            else:
                taken.append(frame)
        assert outcome(splitter, chunks_of(sent, cuts), sys.maxsize) == (taken, None)


def test_a_frame_that_began_in_an_earlier_chunk_counts_as_a_whole() -> None:
    splitter = DelimiterSplitter(b"\n", 6, "line")
    assert fed(splitter, b"abcde", 9) == []
    assert seen(fed(splitter, b"fgh\nok\n", 9)) == [TOO_LONG, b"ok"]
    assert fed(splitter, b"abc", 9) == []
    assert seen(fed(splitter, b"def\n", 9)) == [b"abcdef"]


def test_a_length_that_was_announced_is_told() -> None:
    (error,) = fed(LengthSplitter(struct.Struct("!I"), 10), b"\0\0\1\0", 1)
    assert isinstance(error, FrameTooLong)
    assert (error.limit, error.size) == (10, 256)
    assert str(error) == "a frame of 256 bytes is longer than 10 bytes"


def test_the_rest_behind_a_frame_that_is_skipped_has_nothing_of_it() -> None:
    lines = DelimiterSplitter(b"\r\n", 3)
    assert seen(fed(lines, b"ab\r\nabcd\r", sys.maxsize)) == [b"ab", TOO_LONG]
    assert lines.rest([b"ab"]) == b"ab\r\n"
    assert seen(fed(lines, b"\nef\r\n", sys.maxsize)) == [b"ef"]
    frames = LengthSplitter(struct.Struct("!B"), 3)
    assert seen(fed(frames, b"\1a\5xx", sys.maxsize)) == [b"a", TOO_LONG]
    assert frames.rest([b"a"]) == b"\1a"
    assert seen(fed(frames, b"xxx\1b", sys.maxsize)) == [b"b"]


#: A stream without an end of its frame, for each kind of framing.
ENDLESS: list[tuple[Callable[[], Splitter], bytes]] = [
    (lambda: DelimiterSplitter(b"\r\n", 1000), b"x\r"),
    (lambda: LengthSplitter(struct.Struct("!Q"), 1000), b"\x7f" * 8),
]


@pytest.mark.parametrize(("make", "piece"), ENDLESS)
def test_a_frame_without_an_end_takes_no_memory(make: Callable[[], Splitter], piece: bytes) -> None:
    splitter, chunk = make(), piece * 5000
    fed(splitter, chunk, sys.maxsize)
    tracemalloc.start()
    try:
        for _ in range(100):
            assert fed(splitter, chunk, sys.maxsize) == []
        kept, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 5000


def test_little_is_split_ahead_of_what_is_taken() -> None:
    """So many small frames would be ten times the bytes that they came in."""
    splitter, chunk = DelimiterSplitter(b"\n", 1000), b"ab\n" * 20_000
    tracemalloc.start()
    try:
        frames, rest = splitter.split(chunk, 256)
        kept, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(frames), len(rest)) == (256, len(chunk) - 3 * 256)
    assert kept < 1.5 * len(chunk)


LINE_80 = b"x" * 79 + b"\n"
#: What is fed, the size of its chunks, and how many of them the shorter of two streams has.
LINEAR: dict[str, tuple[Callable[[], Splitter], bytes, int, int]] = {
    "lines, byte by byte": (lambda: DelimiterSplitter(b"\n", 65536), LINE_80, 1, 5_000),
    "one line, byte by byte": (lambda: DelimiterSplitter(b"\n", 1 << 30), b"x", 1, 10_000),
    "one line, in chunks": (lambda: DelimiterSplitter(b"\r\n", 1 << 30), b"x\r" * 40, 1460, 500),
    "a line too long": (lambda: DelimiterSplitter(b"\n", 10), b"x", 1460, 500),
    "lines too long": (lambda: DelimiterSplitter(b"\n", 10), b"ab\n" + LINE_80, 65536, 2),
    "one frame, in chunks": (lambda: LengthSplitter(HEADERS[2], 1 << 31), b"\x20" * 80, 1460, 500),
    "frames, in chunks": (lambda: LengthSplitter(HEADERS[0], 255), b"\x4f" + LINE_80, 65536, 2),
}


@pytest.mark.parametrize("name", LINEAR)
def test_the_work_is_linear(name: str) -> None:
    """CPU time of the process, the least of some tries: what else runs here only ever adds."""
    make, pattern, size, count = LINEAR[name]
    chunk = (pattern * (1 + size // len(pattern)))[:size]

    def cost(chunks: int) -> float:
        splitter, began = make(), time.process_time()
        for _ in range(chunks):
            fed(splitter, chunk, 256)
        return (time.process_time() - began) / chunks

    short, long = (min(cost(chunks) for _ in range(4)) for chunks in (count, count * 12))
    assert long < 4 * short, "twelve times the bytes would be twelve times as dear"
