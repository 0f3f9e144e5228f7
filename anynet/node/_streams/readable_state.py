"""What a stream knows about its reading side, and the bytes or text that wait to be read."""

from __future__ import annotations

from collections import deque
from typing import Any, TypeAlias

from anynet.node._streams.encoding import Decoder, decode

Chunk: TypeAlias = bytes | str


class ReadableState:
    """The reading side of a stream."""

    __slots__ = (
        "announced",
        "awaited",
        "buffer",
        "data_emitted",
        "decoder",
        "end_emitted",
        "ended",
        "flowing",
        "has_data_listener",
        "has_readable_listener",
        "high_water_mark",
        "length",
        "more_planned",
        "multi_await_drain",
        "paused",
        "pipes",
        "push_without_read",
        "readable",
        "reading",
        "resume_planned",
        "sync",
        "wanted",
    )

    def __init__(self, high_water_mark: int) -> None:
        self.high_water_mark: int = high_water_mark
        self.buffer: deque[Chunk] | None = None
        self.length: int = 0
        self.decoder: Decoder | None = None
        self.readable: bool = True
        #: None: nobody has asked for the data yet; False: paused.
        self.flowing: bool | None = None
        #: Whether the program paused or resumed by its own words; None: neither so far.
        self.paused: bool | None = None
        #: `_read` was called and nothing has come since.
        self.reading: bool = False
        #: `_read` would do nothing now: what comes is pushed without being asked for.
        self.push_without_read: bool = False
        #: Inside `_read`, and before its first call.
        self.sync: bool = True
        #: Nobody gets told that there is data before some has been pushed.
        self.wanted: bool = False
        #: A 'readable' event is on its way, or nothing was read since the last.
        self.announced: bool = False
        self.has_data_listener: bool = False
        self.has_readable_listener: bool = False
        self.resume_planned: bool = False
        self.more_planned: bool = False
        self.ended: bool = False
        self.end_emitted: bool = False
        self.data_emitted: bool = False
        self.pipes: list[Any] | None = None
        #: Destinations of pipes whose 'drain' has to come before the flow goes on.
        self.awaited: list[Any] | None = None
        #: There has been more than one pipe, and all of them count in `awaited`.
        self.multi_await_drain: bool = False

    def lack(self) -> None:
        """The stream has no such side."""
        self.readable = False
        self.ended = self.end_emitted = True

    def begin_anew(self) -> None:
        self.reading = False
        self.ended = not self.readable
        self.end_emitted = not self.readable

    def await_nobody(self) -> None:
        if self.awaited:
            self.awaited = [] if self.multi_await_drain else None

    def takes_more(self) -> bool:
        """The answer to a push: may more be pushed at once?"""
        return not self.ended and (self.length < self.high_water_mark or not self.length)

    def put(self, chunk: Chunk, *, first: bool = False) -> None:
        if self.buffer is None:
            self.buffer = deque()
        if first:
            self.buffer.appendleft(chunk)
        else:
            self.buffer.append(chunk)
        self.length += len(chunk)

    def available(self, size: int | None) -> int:
        """How much a read of ``size`` gets now; None takes what there is."""
        if not self.length or (size is not None and size <= 0):
            return 0
        if size is None:
            return len(self.buffer[0]) if self.flowing and self.buffer else self.length
        if size <= self.length:
            return size
        return self.length if self.ended else 0

    def take(self, size: int) -> Chunk:
        """The next ``size`` bytes or characters, of at least that many."""
        buffer = self.buffer
        assert buffer is not None
        if size == self.length and self.decoder is not None:
            return self._take_text(buffer)
        self.length -= size
        chunk = buffer.popleft()
        if len(chunk) == size:
            taken = chunk
        elif len(chunk) > size:
            buffer.appendleft(chunk[size:])
            taken = chunk[:size]
        else:
            taken = self._take_across(chunk, size)
        if not buffer:
            self.buffer = None
        return taken

    def _take_across(self, chunk: Chunk, size: int) -> Chunk:
        assert self.buffer is not None
        parts = [chunk]
        missing = size - len(chunk)
        while missing > 0:
            chunk = self.buffer.popleft()
            if len(chunk) > missing:
                self.buffer.appendleft(chunk[missing:])
                chunk = chunk[:missing]
            parts.append(chunk)
            missing -= len(chunk)
        if self.decoder is None:
            return b"".join(part for part in parts if isinstance(part, bytes))
        return "".join(map(_text, parts))

    def _take_text(self, buffer: deque[Chunk]) -> str:
        self.buffer = None
        self.length = 0
        return "".join(map(_text, buffer))

    def decode_from_now_on(self, decoder: Decoder) -> None:
        """Also what is waiting already."""
        self.decoder = decoder
        waiting, self.buffer, self.length = self.buffer or (), None, 0
        text = "".join(c if isinstance(c, str) else decoder.decode(c) for c in waiting)
        if text:
            self.put(text)


def _text(chunk: Chunk) -> str:
    return chunk if isinstance(chunk, str) else decode(chunk, "utf8")
