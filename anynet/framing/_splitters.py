"""Bytes in, frames out: the rules of the two kinds of framing, without any I/O.

A splitter takes chunks of any size and returns the frames that they end, in order, and in the place
of a frame that is too long its error. It keeps the frame that has begun and no more of it than the
limit: what is longer is reported at once and skipped as it comes. The work is linear in the bytes,
whatever the chunks are: nothing is searched twice. Two ways that would not be:

- To search all that has come for a delimiter again with each chunk. Only the end of a chunk that
  may begin a delimiter is searched again.
- To join what has come with each chunk. A bytearray grows by a share of its size.

A chunk is split at once: at 80 bytes a line that is 3.2 million lines a second, a ``find`` for each
line 1.9, and a bytearray from which lines are cut off 1.5. (A list of pieces for the unfinished
frame is as fast as a bytearray, but takes 40 bytes for each piece, and a peer picks their size.)
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Protocol, TypeAlias

from anynet.framing._errors import FrameError, FrameTooLong, IncompleteFrame

Frames: TypeAlias = list[bytes | FrameError]


class Splitter(Protocol):
    """One framing in both directions."""

    #: How many errors are among the frames that :meth:`split` returned last.
    errors: int

    def split(self, chunk: bytes, most: int) -> tuple[Frames, bytes]:
        """Take the next bytes of the stream, up to the end of so many frames.

        Returns the frames that end in them, and what was not taken, to be the beginning of the next
        chunk. That is a copy, so ``most`` frames should be a good part of a chunk.
        """
        ...

    def finish(self) -> FrameError | None:
        """Take the end of the stream; returns what is wrong with the frame that it cuts off."""
        ...

    def rest(self, frames: Sequence[bytes]) -> bytes:
        """Give up ``frames``, returned last, and the one that has begun: bytes as they came.

        Of a frame that is too long nothing is left, and it is skipped to its end.
        """
        ...

    def framed(self, frame: bytes) -> bytes:
        """The bytes to send for a frame. Raises :exc:`ValueError` if it cannot be one."""
        ...


class DelimiterSplitter:
    """Frames that end with a delimiter."""

    __slots__ = (
        "_delimiter",
        "_limit",
        "_noun",
        "_partial",
        "_prefixes",
        "_skipping",
        "_tail",
        "errors",
    )

    def __init__(self, delimiter: bytes, limit: int, noun: str = "frame") -> None:
        self.errors = 0
        self._delimiter = delimiter
        self._limit = limit
        #: What the errors call a frame.
        self._noun = noun
        #: What may be the beginning of a delimiter that a chunk was cut in, the longest first.
        self._prefixes = tuple(delimiter[:length] for length in range(len(delimiter) - 1, 0, -1))
        #: Of the frame that has begun: its bytes, and behind them what may begin its delimiter.
        self._partial = bytearray()
        self._tail = b""
        #: Whether that frame was too long, and is discarded.
        self._skipping = False

    def split(self, chunk: bytes, most: int) -> tuple[Frames, bytes]:
        self.errors = 0
        if self._tail:
            chunk = self._tail + chunk
            self._tail = b""
        pieces = chunk.split(self._delimiter, most)
        last = pieces.pop()
        size = len(chunk) - len(last)
        if len(pieces) == most:
            return self._whole(pieces, size), last
        frames = self._whole(pieces, size) if pieces else []
        self._begin_frame(last, frames)
        return frames, b""

    def _begin_frame(self, begun: bytes, frames: Frames) -> None:
        """Keep what has come of the next frame; adds it to the frames if it is too long already."""
        # Only behind the last whole delimiter: in `--x---` the second of three dashes begins none.
        if begun.endswith(self._prefixes):
            self._tail = next(each for each in self._prefixes if begun.endswith(each))
            begun = begun[: -len(self._tail)]
        if begun and not self._skipping:
            self._partial += begun
            if len(self._partial) > self._limit:
                self._partial.clear()
                self._skipping = True
                frames.append(self._too_long())

    def _whole(self, pieces: list[bytes], size: int) -> Frames:
        """The frames that end in ``size`` bytes; the first of them may have begun earlier."""
        if self._skipping:
            self._skipping = False
            del pieces[0]
        elif self._partial:
            size += len(self._partial)
            self._partial += pieces[0]
            pieces[0] = bytes(self._partial)
            self._partial.clear()
        # To look at each length takes half as long as to split. What the delimiters leave of the
        # chunk is seldom enough for a frame that is too long.
        limit = self._limit
        if (
            size - len(pieces) * len(self._delimiter) <= limit
            or max(map(len, pieces), default=0) <= limit
        ):
            return pieces  # type: ignore[return-value]  # Nobody else has this list.
        return [piece if len(piece) <= limit else self._too_long() for piece in pieces]

    def _too_long(self) -> FrameTooLong:
        self.errors += 1
        return FrameTooLong(self._limit, noun=self._noun)

    def finish(self) -> FrameError | None:
        partial, skipping = bytes(self._partial) + self._tail, self._skipping
        self._partial.clear()
        self._tail = b""
        self._skipping = False
        if skipping or not partial:
            return None  # That it was too long has been reported.
        if len(partial) > self._limit:
            return FrameTooLong(self._limit, noun=self._noun)
        return IncompleteFrame(partial, noun=self._noun)

    def rest(self, frames: Sequence[bytes]) -> bytes:
        if self._skipping:
            return self._delimiter.join([*frames, b""])
        rest = self._delimiter.join([*frames, bytes(self._partial) + self._tail])
        self._partial.clear()
        self._tail = b""
        return rest

    def framed(self, frame: bytes) -> bytes:
        if len(frame) > self._limit:
            raise ValueError(f"item must be at most {self._limit} bytes long, not {len(frame)}")
        framed = frame + self._delimiter
        # A frame without it may still end with the beginning of one: `a-` before `--`.
        if framed.find(self._delimiter) != len(frame):
            raise ValueError(f"item must not contain the delimiter {self._delimiter!r}")
        return framed


class LengthSplitter:
    """Frames behind a header, an unsigned integer that is their length."""

    __slots__ = ("_head", "_header", "_limit", "_partial", "_size", "_to_skip", "errors")

    def __init__(self, header: struct.Struct, limit: int) -> None:
        self.errors = 0
        self._header = header
        self._limit = limit
        #: Of the frame that has begun: a part of its header, or the length that it named, -1 while
        #: that is not known, and what has come of its bytes.
        self._head = b""
        self._size = -1
        self._partial = bytearray()
        #: How many bytes of a frame that was too long are still to come.
        self._to_skip = 0

    def split(self, chunk: bytes, most: int) -> tuple[Frames, bytes]:
        self.errors = 0
        frames: Frames = []
        position, end = self._continue_frame(chunk, frames), len(chunk)
        if self._head:
            chunk = self._head + chunk
            end += len(self._head)
            self._head = b""
        size_of, header_size, limit = self._header.unpack_from, self._header.size, self._limit
        while len(frames) < most and end - position >= header_size:
            (size,) = size_of(chunk, position)
            position += header_size
            if size > limit:
                frames.append(FrameTooLong(limit, size))
                self.errors += 1
                self._to_skip = max(size - (end - position), 0)
                position = min(position + size, end)
            elif size > end - position:
                self._size = size
                self._partial += chunk[position:]
                return frames, b""
            else:
                frames.append(chunk[position : position + size])
                position += size
        if len(frames) == most:
            return frames, chunk[position:]
        self._head = chunk[position:]
        return frames, b""

    def _continue_frame(self, chunk: bytes, frames: Frames) -> int:
        """Take what belongs to a frame whose header has come; returns how many bytes."""
        if self._to_skip:
            skipped = min(self._to_skip, len(chunk))
            self._to_skip -= skipped
            return skipped
        if self._size < 0:
            return 0
        missing = self._size - len(self._partial)
        self._partial += chunk[:missing]
        if missing <= len(chunk):
            frames.append(bytes(self._partial))
            self._forget_frame()
        return min(missing, len(chunk))

    def _forget_frame(self) -> None:
        self._head = b""
        self._size = -1
        self._partial.clear()

    def _begun(self) -> bytes:
        """What has come of the frame that has begun."""
        if self._size < 0:
            return self._head
        return self._header.pack(self._size) + self._partial

    def finish(self) -> FrameError | None:
        partial = self._begun()
        self._forget_frame()
        self._to_skip = 0
        return IncompleteFrame(partial) if partial else None

    def rest(self, frames: Sequence[bytes]) -> bytes:
        rest = b"".join([*map(self.framed, frames), self._begun()])
        self._forget_frame()
        return rest

    def framed(self, frame: bytes) -> bytes:
        if len(frame) > self._limit:
            raise ValueError(f"item must be at most {self._limit} bytes long, not {len(frame)}")
        return self._header.pack(len(frame)) + frame
