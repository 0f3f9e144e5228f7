"""Streams to write to."""

from __future__ import annotations

from typing import Any, Self

from anynet.node._errors.errors import (
    NodeError,
    invalid_arg_type,
    stream_already_finished,
    stream_destroyed,
    stream_null_values,
)
from anynet.node._streams.encoding import encode, require_encoding, utf16_length
from anynet.node._streams.writable_core import WritableCore
from anynet.node._streams.writable_state import WriteCallback

_CHUNK_TYPES = ["string", "Buffer", "TypedArray", "DataView"]


class WritableSide(WritableCore):
    """The writing half of a stream."""

    __slots__ = ()

    def write(self, chunk: Any, encoding: Any = None, callback: Any = None) -> bool:
        """Write a bytes-like object, or a string in ``encoding`` (UTF-8).

        The bytes are those of this moment: what is mutable is copied. False: more than the
        high-water mark waits to be written; ``drain`` says when to go on.
        ``callback`` is called with None once it is written, or with the error.
        """
        state = self._writable_state
        if (
            callback is None
            and encoding is None
            and type(chunk) is bytes
            and not state.writing
            and not state.corked
            and not state.need_drain
            and not state.ending
            and not self._destroyed
            and self._errored is None
        ):
            state.length = state.writing_length = len(chunk)
            state.writing = state.sync = True
            if self._dispatch_write(chunk):
                state.writing = False
                state.length = 0
                return True
            state.sync = False
            return self._room(state)
        if callable(encoding):
            encoding, callback = None, encoding
        return self._checked_write(chunk, encoding, callback) is True

    def _checked_write(self, chunk: Any, encoding: Any, callback: Any) -> NodeError | bool:
        told: WriteCallback = callback if callable(callback) else None
        state = self._writable_state
        if isinstance(chunk, str):
            data = encode(chunk, require_encoding(encoding or state.default_encoding))
            length = utf16_length(chunk) if state.counts_characters else len(data)
            return self._accept(data, length, told)
        if chunk is None:
            raise stream_null_values()
        try:
            data = bytes(memoryview(chunk))
        except TypeError:
            raise invalid_arg_type("chunk", _CHUNK_TYPES, chunk) from None
        return self._accept(data, len(data), told)

    def end(self, chunk: Any = None, encoding: Any = None, callback: Any = None) -> Self:
        """Write no more, after ``chunk`` if there is one.

        ``callback`` is called with None on ``finish``, or with the error.
        """
        if callable(chunk):
            chunk, encoding, callback = None, None, chunk
        elif callable(encoding):
            encoding, callback = None, encoding
        state = self._writable_state
        error: BaseException | None = None
        if chunk is not None:
            answer = self._checked_write(chunk, encoding, None)
            if isinstance(answer, NodeError):
                error = answer
        if state.corked:
            state.corked = 1
            self.uncork()
        if error is None:
            if not state.ending and self._errored is None:
                state.ending = True
                self._finish_maybe(state, later=True)
            elif state.finished:
                error = stream_already_finished("end")
            elif self._destroyed:
                error = stream_destroyed("end")
        if callable(callback):
            if error is None:
                error = self._errored
            if error is not None:
                self._runtime.next_tick(callback, error)
            elif state.finished:
                self._runtime.next_tick(callback)
            else:
                state.finish_callbacks = [*(state.finish_callbacks or ()), callback]
        return self

    def _end_writing(self) -> None:
        if self._can_write():
            self.end()

    def cork(self) -> None:
        """Collect what is written from now on, to be written at once by :meth:`uncork`."""
        self._writable_state.corked += 1

    def uncork(self) -> None:
        """Write what was collected; once for each :meth:`cork`."""
        state = self._writable_state
        if state.corked:
            state.corked -= 1
            if not state.writing:
                self._flush(state)

    def setDefaultEncoding(self, encoding: str) -> Self:
        """The encoding of strings that are written without one."""
        self._writable_state.default_encoding = require_encoding(encoding)
        return self

    def _pending_writes(self) -> list[bytes]:
        """What was accepted and is not even on its way."""
        return [data for data, _, _ in self._writable_state.queue or ()]

    def _pending_size(self) -> int:
        return sum(map(len, self._pending_writes()))

    # -- what it looks like ---------------------------------------------------------------------

    @property
    def writable(self) -> bool:
        """Whether :meth:`write` may be called."""
        return self._can_write()

    @writable.setter
    def writable(self, value: bool) -> None:
        self._writable_state.writable = bool(value)

    @property
    def writableEnded(self) -> bool:
        """Whether :meth:`end` was called."""
        return self._writable_state.ending

    @property
    def writableFinished(self) -> bool:
        """Whether everything is written and ended: true just before ``finish``."""
        return self._writable_state.finished

    @property
    def writableNeedDrain(self) -> bool:
        """Whether ``drain`` is owed."""
        state = self._writable_state
        return state.need_drain and not state.ending and not self._destroyed

    @property
    def writableLength(self) -> int:
        """How much waits to be written, in bytes."""
        return self._writable_state.length

    @property
    def writableHighWaterMark(self) -> int:
        """From how many waiting bytes :meth:`write` answers False."""
        return self._writable_state.high_water_mark

    @property
    def writableCorked(self) -> int:
        """How often :meth:`uncork` is still to be called."""
        return self._writable_state.corked

    @property
    def writableBuffer(self) -> list[bytes]:
        """What waits to be written."""
        return self._pending_writes()

    @property
    def writableObjectMode(self) -> bool:
        """Always False: these streams carry bytes."""
        return False
