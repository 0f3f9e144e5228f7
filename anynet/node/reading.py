"""``async for`` over what a stream reads: from callbacks to structured code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import anyio
from anyio.lowlevel import checkpoint

from anynet.node.finished import EndWatch
from anynet.node.readable_state import Chunk
from anynet.node.stream import Stream


class _Bell:
    """What the stream's listeners hold on to, so that an iterator nobody holds can go."""

    __slots__ = ("error", "over", "rung")

    def __init__(self) -> None:
        self.rung = anyio.Event()
        self.over = False
        self.error: BaseException | None = None

    def ring(self) -> None:
        self.rung.set()

    def end(self, error: BaseException | None) -> None:
        self.over = True
        self.error = error
        self.rung.set()


class ChunkIterator(AsyncIterator[Chunk]):
    """The chunks of a stream, each as large as what had come when it was asked for.

    Raises what the stream fails with, or ``ERR_STREAM_PREMATURE_CLOSE`` if it closes before its
    end. The stream is destroyed once the iteration is over, also when the loop is left early: as
    soon as nothing refers to the iterator, or by :meth:`aclose`. Each step is a cancellation point;
    a cancelled one loses nothing, unless the loop is left by it.
    """

    __slots__ = ("_bell", "_destroy_on_return", "_left", "_read", "_stream", "_watch")

    def __init__(
        self, stream: Stream, read: Callable[[], Chunk | None], *, destroy_on_return: bool = True
    ) -> None:
        self._left = False
        self._stream = stream
        self._read = read
        self._destroy_on_return = destroy_on_return
        self._bell: _Bell | None = None
        self._watch: EndWatch | None = None

    async def __anext__(self) -> Chunk:
        if self._left:
            raise StopAsyncIteration
        bell = self._bell
        if bell is None:
            bell = self._bell = _Bell()
            self._stream.on("readable", bell.ring)
            self._watch = EndWatch(self._stream, bell.end, writable=False)
        # Others get their turn before the chunk is read, not between that and its use: in Node the
        # body of the loop runs before the next event, and a cancelled step has read nothing.
        await checkpoint()
        while True:
            chunk = None if self._stream.destroyed else self._read()
            if chunk is not None:
                return chunk
            if bell.over:
                self._leave()
                if bell.error is not None:
                    raise bell.error
                raise StopAsyncIteration
            await bell.rung.wait()
            if not bell.over:
                bell.rung = anyio.Event()

    async def aclose(self) -> None:
        """End the iteration."""
        self._leave()

    def __del__(self) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._left:
            return
        self._left = True
        bell, watch, stream = self._bell, self._watch, self._stream
        if bell is None or watch is None or stream._runtime.reactor.ended:
            return
        failed = bell.error is not None
        if (failed or self._destroy_on_return) and (not bell.over or stream._auto_destroy):
            stream.destroy()
        else:
            stream.removeListener("readable", bell.ring)
            watch.stop()
