"""Frames of a byte stream, whatever their framing: the I/O above a splitter.

The rules that live here:

*A frame that is there costs no task switch.* An operation that is served from memory checks for
cancellation and yields once in 256 of them, and whenever the stream below does. With the rule of
our sockets, that of two operations one yields, lines are three times dearer than asyncio's. Between
those yields nothing else runs in the event loop, so only the task itself can have cancelled its
scope.

*The fast way is one step of an iterator.* ``_run`` has the next frames as they are handed out, at
most as many as may be before a yield, and no errors. Whatever is rare is looked at only once it is
exhausted: yields, errors, a second task that receives, the close.

*Nothing is lost by a cancellation.* To yield comes before the next frames are taken, and what has
come of an unfinished frame stays in the splitter.

*Little is split ahead.* A frame of two bytes is an object of forty, and a peer picks their size. So
what was received is split as the frames are taken, 256 at a time; ``receive_many`` splits all.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from operator import length_hint
from typing import Any, Generic, TypeVar, cast

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream, ObjectStream

from anynet._rules.checks import check_type
from anynet._rules.values.errors import ConnectionAttribute
from anynet.framing._errors import FrameError, UndecodableFrame
from anynet.framing._splitters import Frames, Splitter

T = TypeVar("T", bytes, str)

_MAX_UNYIELDED = 256
#: Also how much is looked at at once: to split 256 frames off copies the rest.
_CHUNK = 65536
_ALL = sys.maxsize
_NOTHING = memoryview(b"")


def _decoder(encoding: str | None) -> Callable[[bytes], str] | None:
    if encoding is None:
        return None
    # Without an argument it takes half as long as by the name.
    return (
        bytes.decode if codecs.lookup(encoding).name == "utf-8" else partial(str, encoding=encoding)
    )


class FrameStream(ObjectStream[T], Generic[T]):
    """The base of the public streams, which say what a frame is."""

    def __init__(self, stream: ByteStream, splitter: Splitter, encoding: str | None) -> None:
        self._stream = stream
        self._splitter = splitter
        self._encoding = encoding
        self._decode = _decoder(encoding)
        #: The frames that are handed out next, and how many more may be before the next yield.
        self._run: Iterator[T] = iter(())
        self._unyielded = _MAX_UNYIELDED
        #: The frames that were split last, how many of them are in that run or before it, and how
        #: many errors are among them.
        self._frames: Frames = []
        self._taken = 0
        self._errors = 0
        #: What was received and not split yet. Some streams return more than was asked for: that is
        #: looked at later.
        self._chunk = b""
        self._later = _NOTHING
        self._receiving = False
        self._closed = False

    # -- receiving ------------------------------------------------------------------------------

    async def receive(self) -> T:
        """Receive one frame.

        A frame that has arrived already is returned without a task switch, but for one in 256: only
        then is such an operation a cancellation point. Cancelling it loses no bytes.

        Raises :exc:`FrameError` for a frame that cannot be had, and the next call goes on after it;
        :exc:`anyio.EndOfStream` when the peer has ended between frames; what the stream below
        raises; :exc:`anyio.BusyResourceError` while another task receives, and
        :exc:`anyio.ClosedResourceError` after the close.
        """
        for frame in self._run:
            return frame
        await self._begin_run()
        return next(self._run)

    def __aiter__(self) -> FrameStream[T]:
        return self

    async def __anext__(self) -> T:
        # Not by way of `receive`: one coroutine more for each frame is a third of its cost.
        for frame in self._run:
            return frame
        try:
            await self._begin_run()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None
        return next(self._run)

    async def receive_many(self) -> list[T]:
        """Receive all frames that have arrived, at least one; waits only if there is none.

        This is the fast way: one operation, always a cancellation point, for all frames of a chunk.
        Raises what :meth:`receive` does. The frames before one that cannot be had are returned, and
        the next call raises its error.
        """
        self._check_idle()
        self._end_run()
        self._unyielded = 0
        await self._wait_for_frames(_ALL)
        if self._chunk:
            frames, errors = self._frames[self._taken :], self._errors
            while self._chunk:
                self._split(_ALL)
                frames += self._frames
                errors += self._errors
            self._frames, self._taken, self._errors = frames, 0, errors
        many = self._next_frames(len(self._frames))
        if self._taken == len(self._frames):
            self._frames = []  # The list may be the caller's now.
            self._taken = 0
        return many

    async def _begin_run(self) -> None:
        """Have at least one frame in the run, after yielding if that is due."""
        await self._wait_for_frames(_MAX_UNYIELDED)
        frames = self._next_frames(self._unyielded)
        self._unyielded -= len(frames)
        self._run = iter(frames)

    async def _wait_for_frames(self, most: int) -> None:
        """Have frames that are not in a run, at most so many of them split now."""
        self._check_idle()
        while self._chunk and self._taken == len(self._frames):
            self._split(most)
        if self._unyielded and self._taken < len(self._frames):
            return
        self._receiving = True
        try:
            if self._taken < len(self._frames):
                await anyio.lowlevel.checkpoint()
            while self._taken == len(self._frames):
                self._frames = []  # So that a stream that waits does not hold them.
                self._taken = 0
                await self._fill()
                while self._chunk and self._taken == len(self._frames):
                    self._split(most)
        finally:
            self._receiving = False
        if self._closed:
            raise anyio.ClosedResourceError
        self._unyielded = _MAX_UNYIELDED

    async def _fill(self) -> None:
        try:
            chunk = await self._stream.receive(_CHUNK)
        except anyio.EndOfStream:
            cut_off = self._splitter.finish()
            if cut_off is None:
                raise
            raise self._of_connection(cut_off) from None
        if len(chunk) > _CHUNK:
            self._later = memoryview(chunk)[_CHUNK:]
            chunk = chunk[:_CHUNK]
        self._chunk = chunk

    def _split(self, most: int) -> None:
        """Split what was received, where all frames are in a run."""
        self._frames, self._chunk = self._splitter.split(self._chunk, most)
        self._taken = 0
        self._errors = self._splitter.errors
        if not self._chunk and self._later:
            self._chunk = bytes(self._later[:_CHUNK])
            self._later = self._later[_CHUNK:]

    def _next_frames(self, most: int) -> list[T]:
        """Take the next frames up to an error, as they are handed out; raises one that is next."""
        frames, begin = self._frames, self._taken
        end = min(begin + most, len(frames))
        if self._errors:
            end = self._before_error(begin, end)
        if self._decode is not None:
            return self._decoded(begin, end, self._decode)  # type: ignore[return-value]  # T is str
        self._taken = end
        if begin or end < len(frames):
            frames = frames[begin:end]
        return frames  # type: ignore[return-value]  # T is bytes, and none is an error

    def _before_error(self, begin: int, end: int) -> int:
        """Where the frames end that come before an error; raises one that is next."""
        first = self._frames[begin]
        if isinstance(first, FrameError):
            self._taken += 1
            self._errors -= 1
            raise self._of_connection(first)
        errors = (i for i in range(begin, end) if isinstance(self._frames[i], FrameError))
        return next(errors, end)

    def _decoded(self, begin: int, end: int, decode: Callable[[bytes], str]) -> list[str]:
        """Take frames as text, up to one that is none; raises that if it is next."""
        frames = cast("list[bytes]", self._frames)
        many: list[str] = []
        error: UnicodeError | None = None
        try:
            for index in range(begin, end):
                many.append(decode(frames[index]))
        except UnicodeError as cause:
            error = cause
        self._taken = begin + (len(many) or 1)
        if error is None or many:
            return many
        frame = frames[begin]
        start, end, reason = 0, len(frame), str(error)  # The codec of IDNA says no more than that.
        if isinstance(error, UnicodeDecodeError):
            start, end, reason = error.start, error.end, error.reason
        raise self._of_connection(UndecodableFrame(str(self._encoding), frame, start, end, reason))

    def _end_run(self) -> None:
        """Have the frames of the run that were not handed out taken once more."""
        self._taken -= length_hint(self._run)
        self._run = iter(())

    def _check_idle(self) -> None:
        if self._closed:
            raise anyio.ClosedResourceError
        if self._receiving:
            raise anyio.BusyResourceError("receiving from")

    def _of_connection(self, error: FrameError) -> FrameError:
        """An error that belongs to the connection below, through whatever lies between."""
        error.origin = self._stream.extra(ConnectionAttribute.origin, None)
        return error

    def unread(self) -> bytes:
        """Give up all that was received and not returned, as it came: the stream goes on behind it.

        So a protocol can go over to another framing, or to none. The bytes of frames that are too
        long are gone. What is received here afterwards begins with a new frame.

        Raises :exc:`anyio.BusyResourceError` while a task receives, and
        :exc:`anyio.ClosedResourceError` after the close.
        """
        self._check_idle()
        self._end_run()
        frames = [each for each in self._frames[self._taken :] if isinstance(each, bytes)]
        rest = b"".join([self._splitter.rest(frames), self._chunk, self._later])
        self._frames = []
        self._taken = self._errors = 0
        self._chunk = b""
        self._later = _NOTHING
        return rest

    # -- sending and the end --------------------------------------------------------------------

    async def send(self, item: T) -> None:
        """Send one frame, as one ``send`` of the stream below, whose errors it raises.

        Raises :exc:`ValueError` for what the receiver could not take for one frame: too long, or
        with the delimiter in it. Nothing is sent then.
        """
        if self._encoding is None:
            data = bytes(check_type("item", item, (bytes, bytearray, memoryview)))
        else:
            data = check_type("item", item, str).encode(self._encoding)
        framed = self._splitter.framed(data)
        if self._closed:
            raise anyio.ClosedResourceError
        await self._stream.send(framed)

    async def send_eof(self) -> None:
        """End our side; the peer may go on sending. The stream below may not be able to do that."""
        await self._stream.send_eof()

    async def aclose(self) -> None:
        """Close the stream below. A task that receives gets :exc:`anyio.ClosedResourceError`."""
        self._closed = True
        self._run = iter(())
        await self._stream.aclose()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """Those of the stream below."""
        return self._stream.extra_attributes
