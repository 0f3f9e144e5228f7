"""``async for`` over what a stream reads: from callbacks to structured code.

Rules that live here: as in Node, leaving the loop destroys the stream, unless the iterator was
asked not to. Python has no hook for a loop that is left early, so that is noticed by the iterator
being freed: nothing that lives longer, no listener and no frame, may refer to it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
from anyio.lowlevel import checkpoint

from anynet.node._errors.errors import AbortError
from anynet.node._loop.runtime import NoRuntimeError, let_tasks_run
from anynet.node._streams.chunk_queue import Chunk
from anynet.node._streams.finished import EndWatch
from anynet.node._streams.stream import Stream


class _Wakeup:
    """What the stream's listeners refer to, instead of an iterator that is to be freed."""

    __slots__ = ("error", "event", "over")

    def __init__(self) -> None:
        self.event = anyio.Event()
        self.over = False
        self.error: BaseException | None = None

    def set(self) -> None:
        self.event.set()
        let_tasks_run()

    def end(self, error: BaseException | None) -> None:
        self.over = True
        self.error = error
        self.set()


class _Iteration:
    """An iteration under way.

    It is apart from the iterator so that no frame of a step refers to that: a frame may outlive
    its step in a traceback, and the end of a loop that was left would not be noticed.
    """

    __slots__ = (
        "_destroy_on_return",
        "_left",
        "_read",
        "_stepping",
        "_stream",
        "_wakeup",
        "_watch",
        "host",
    )

    def __init__(
        self, stream: Stream, read: Callable[[], Chunk | None], destroy_on_return: bool
    ) -> None:
        self._left = False
        self._stepping = False
        self._stream = stream
        self.host = stream.runtime.reactor.host
        self._read = read
        self._destroy_on_return = destroy_on_return
        self._wakeup: _Wakeup | None = None
        self._watch: EndWatch | None = None

    async def step(self) -> Chunk:
        if self._left:
            raise StopAsyncIteration
        self._stepping = True
        try:
            return await self._next()
        finally:
            self._stepping = False
            if self._left:
                self._finish()

    async def _next(self) -> Chunk:
        wakeup = self._wakeup
        if wakeup is None:
            wakeup = self._wakeup = _Wakeup()
            self._stream.on("readable", wakeup.set)
            self._watch = EndWatch(self._stream, wakeup.end, writable=False)
            self._stream.runtime.at_end(wakeup.set)
        # The checkpoint comes before the chunk is read, not between that and its use: in Node the
        # body of the loop runs before the next event, and a cancelled step has read nothing.
        await checkpoint()
        while True:
            chunk = None if self._stream.destroyed else self._read()
            if chunk is not None:
                return chunk
            if wakeup.over:
                self._left = True
                if wakeup.error is not None:
                    raise wakeup.error
                raise StopAsyncIteration
            if self._stream.runtime.reactor.ended:
                raise NoRuntimeError("the runtime has ended")
            await wakeup.event.wait()
            if not wakeup.over:
                wakeup.event = anyio.Event()

    def leave(self) -> None:
        """End the iteration; a step under way is the last."""
        if self._left:
            return
        self._left = True
        if not self._stepping:
            self._finish()

    def _finish(self) -> None:
        wakeup, watch, stream = self._wakeup, self._watch, self._stream
        if wakeup is None or watch is None or stream.runtime.reactor.ended:
            return
        stream.runtime.forget_end(wakeup.set)
        failed = wakeup.error is not None
        if (failed or self._destroy_on_return) and (not wakeup.over or stream._auto_destroy):
            state = stream.readable_state
            unread = state.readable and not state.end_emitted
            stream.destroy(AbortError() if unread or stream._can_write() else None)
        else:
            stream.removeListener("readable", wakeup.set)
            watch.stop()


class ChunkIterator(AsyncIterator[Chunk]):
    """The chunks of a stream, each as large as what had come when it was asked for.

    Raises what the stream fails with, or ``ERR_STREAM_PREMATURE_CLOSE`` if it closes before its
    end. The stream is destroyed once the iteration is over, also when the loop is left early: as
    soon as nothing refers to the iterator, or by :meth:`aclose`. Unless both sides of the stream
    have ended by then it fails with an :exc:`AbortError`. Raises :exc:`NoRuntimeError` if the
    runtime ends before the stream. Each step is a cancellation point; a
    cancelled one loses nothing, unless the loop is left by it.
    """

    __slots__ = ("_iteration",)

    def __init__(
        self, stream: Stream, read: Callable[[], Chunk | None], *, destroy_on_return: bool = True
    ) -> None:
        self._iteration = _Iteration(stream, read, destroy_on_return)

    def __anext__(self) -> Awaitable[Chunk]:
        return self._iteration.step()

    async def aclose(self) -> None:
        """End the iteration."""
        self._iteration.leave()

    def __del__(self) -> None:
        self._iteration.host.finalize(self._iteration.leave)
