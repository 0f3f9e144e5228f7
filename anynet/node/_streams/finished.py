"""Watching for the end of a stream, good or bad.

Rules that live here, each Node's (``stream.finished``):

* A stream that emits ``close`` and destroys itself is waited for until ``close``, if all the sides
  that it has are watched; any other until those that are watched have ended.
* A ``close`` before that is ``ERR_STREAM_PREMATURE_CLOSE``, unless the stream failed. A side of
  which nothing is left counts as ended although its event is still to come.
* What is over already is reported in the next tick.
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
    """Calls ``done`` once, when the sides that are watched end, or the stream fails or closes.

    By default all sides are watched that the stream has. ``errors=False``: an ``error`` event is
    not listened to, only what is left of it at the close counts.
    """

    __slots__ = (
        "_done",
        "_read",
        "_readable",
        "_stream",
        "_waits_for_close",
        "_writable",
        "_written",
    )

    def __init__(
        self,
        stream: Stream,
        done: Done,
        *,
        readable: bool | None = None,
        writable: bool | None = None,
        errors: bool = True,
    ) -> None:
        has_readable, has_writable = stream.readable_state.readable, stream.writable_state.writable
        self._stream = stream
        self._done: Done | None = done
        self._readable = has_readable if readable is None else readable
        self._writable = has_writable if writable is None else writable
        self._read = has_readable and is_read(stream)
        self._written = has_writable and is_written(stream)
        self._waits_for_close = (
            (self._readable, self._writable) == (has_readable, has_writable)
            and stream._auto_destroy
            and stream._emit_close
            and not stream._closed
        )
        if stream._closed:
            self._finish_later(self._error_of_close(), errors)
        elif self._is_over():
            self._finish_later(stream._errored, errors)
        else:
            self._listen(errors)

    def _finish_later(self, error: BaseException | None, errors: bool) -> None:
        """It is over: with what is known now, whatever happens until the next tick."""
        if errors:
            self._stream.on("error", _ignore)
        self._stream.runtime.next_tick(self._finish, error)

    def _listen(self, errors: bool) -> None:
        stream = self._stream
        stream.on("end", self._on_end)
        stream.on("finish", self._on_finish)
        if errors:
            stream.on("error", self._finish)
        stream.on("close", self._on_close)

    def _is_over(self) -> bool:
        """Whether no event is to be expected any more, or none that would change anything."""
        stream, waits = self._stream, self._waits_for_close
        if stream._error_emitted:
            return not waits
        can_read, can_write = can_be_read(stream), can_be_written(stream)
        if not self._readable and (not waits or can_read):
            ended = self._written or can_write is False
            if ended and stream.writable_state.is_settled():
                return True
        if not self._writable and (not waits or can_write):
            return self._read or can_read is False
        return False

    def _on_end(self) -> None:
        self._read = True
        self._count_absent_side()
        self._side_ended(self._written or not self._writable)

    def _on_finish(self) -> None:
        self._written = True
        self._side_ended(self._read or not self._readable)

    def _side_ended(self, other_ended: bool) -> None:
        if self._stream._destroyed:
            self._waits_for_close = False
        if other_ended and not self._waits_for_close:
            self._finish(None)

    def _error_of_close(self) -> BaseException | None:
        """What it failed with, if it closes now."""
        stream = self._stream
        has_readable, has_writable = stream.readable_state.readable, stream.writable_state.writable
        unread = self._readable and has_readable and not self._read and not is_read(stream)
        written = self._written or (has_writable and is_written(stream))
        if stream._errored is None and (unread or (self._writable and not written)):
            return stream_premature_close()
        return stream._errored

    def _count_absent_side(self) -> None:
        """A writing side that is waited for, and that the stream has not, ends with the other."""
        if not self._stream.writable_state.writable:
            self._written = True

    def _on_close(self, *_: object) -> None:
        self._count_absent_side()
        self._finish(self._error_of_close())

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
        self._stream.removeListener("error", _ignore)
        self._stream.removeListener("close", self._on_close)


def _ignore(*_: object) -> None:
    """What listens to the errors of a stream that is over."""


def is_read(stream: Stream) -> bool:
    """Whether nothing is left to read, though ``end`` may be still to come; not of a side that is
    absent."""
    state = stream.readable_state
    over = state.end_emitted or (state.ended and not state.length)
    return state.readable and stream._errored is None and over


def is_written(stream: Stream) -> bool:
    """Whether nothing is left to write, though ``finish`` may be still to come; not of a side that
    is absent."""
    state = stream.writable_state
    over = state.finished or (state.end_called and not state.length)
    return state.writable and stream._errored is None and over


def has_failed(stream: Stream) -> bool:
    """Whether it has emitted an ``error``."""
    return stream._error_emitted


def can_be_read(stream: Stream) -> bool | None:
    """Whether something may still be read; None for a stream that has no such side."""
    if not isinstance(getattr(stream, "readable", None), bool):
        return None
    state = stream.readable_state
    gone = stream._destroyed or stream._error_emitted or state.end_emitted
    return state.readable and not gone


def can_be_written(stream: Stream) -> bool | None:
    """Whether something may still be written; None for a stream that has no such side."""
    if not isinstance(getattr(stream, "writable", None), bool):
        return None
    return stream.writable_state.can_write() and not stream._destroyed


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
