"""Watching for the end of a stream, good or bad.

Rules that live here, each Node's (``stream.finished``): a stream that emits ``close`` and destroys
itself is waited for until ``close``, any other until the sides that are watched have ended; a
``close`` before that is ``ERR_STREAM_PREMATURE_CLOSE``, unless the stream failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import anyio

from anynet.node._errors.errors import AbortError, stream_premature_close, validate_abort_signal
from anynet.node._streams.stream import Stream

#: Called once: with None, or with what the stream failed with.
Done: TypeAlias = Callable[[BaseException | None], object]


class EndWatch:
    """Calls ``done`` once, when the stream ends in the ways that are watched, fails or closes."""

    __slots__ = ("_done", "_done_reading", "_done_writing", "_stream", "_waits_for_close")

    def __init__(self, stream: Stream, done: Done, *, writable: bool = True) -> None:
        reading, writing = stream.readable_state, stream.writable_state
        self._stream = stream
        self._done: Done | None = done
        self._done_reading = reading.end_emitted
        self._done_writing = not writable or writing.finished
        self._waits_for_close = (
            writable == writing.writable
            and reading.readable
            and stream._auto_destroy
            and stream._emit_close
            and not stream._closed
        )
        stream.on("end", self._on_end)
        stream.on("finish", self._on_finish)
        stream.on("error", self._finish)
        stream.on("close", self._on_close)
        if stream._closed:
            stream.runtime.next_tick(self._on_close)
        elif (stream._error_emitted and not self._waits_for_close) or self._over():
            stream.runtime.next_tick(self._finish, stream._errored)

    def _over(self) -> bool:
        return self._done_reading and self._done_writing and not self._waits_for_close

    def _on_end(self) -> None:
        self._done_reading = True
        self._look()

    def _on_finish(self) -> None:
        self._done_writing = True
        self._look()

    def _look(self) -> None:
        if self._stream._destroyed:
            self._waits_for_close = False
        if self._over():
            self._finish(None)

    def _on_close(self, *_: object) -> None:
        error = self._stream._errored
        if error is None and not (self._done_reading and self._done_writing):
            error = stream_premature_close()
        self._finish(error)

    def _finish(self, error: BaseException | None) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(error)

    def stop(self) -> None:
        """Listen no more."""
        self._done = None
        self._stream.removeListener("end", self._on_end)
        self._stream.removeListener("finish", self._on_finish)
        self._stream.removeListener("error", self._finish)
        self._stream.removeListener("close", self._on_close)


async def closed(stream: Stream) -> None:
    """Wait until the stream has ended and closed; raise what it failed with, if not an abort."""
    over = anyio.Event()
    failure: BaseException | None = None

    def done(error: BaseException | None) -> None:
        nonlocal failure
        failure = error
        over.set()

    EndWatch(stream, done)
    await stream.runtime.wait(over)
    if failure is not None and not isinstance(failure, AbortError):
        raise failure


def destroy_on_abort(stream: Stream, signal: Any) -> None:
    """Destroy the stream with an ``AbortError`` when ``signal`` is aborted, or if it is already."""
    validate_abort_signal("signal", signal)

    def abort(*_: object) -> None:
        stream.destroy(AbortError(cause=signal.reason))

    if signal.aborted:
        abort()
        return
    signal.addEventListener("abort", abort)
    EndWatch(stream, lambda _: signal.removeEventListener("abort", abort))
