"""The reading side of a stream: between the source that pushes and the program that reads."""

from __future__ import annotations

from inspect import iscoroutine
from typing import Any, Self

from anynet.node._errors.errors import (
    invalid_arg_type,
    method_not_implemented,
    out_of_range,
    stream_push_after_eof,
    stream_unshift_after_end_event,
)
from anynet.node._streams.encoding import Decoder, encode, require_encoding
from anynet.node._streams.readable_state import Chunk, ReadableState
from anynet.node._streams.stream import Stream

_LARGEST_MARK = 2**30
_CHUNK_TYPES = ["string", "Buffer", "TypedArray", "DataView"]


class ReadableCore(Stream):
    """Pushing and reading."""

    __slots__ = ()

    # -- for those who implement a source -------------------------------------------------------

    def _read(self, size: int) -> object:
        """Fetch more, at once or later, and :meth:`push` it."""
        raise method_not_implemented("_read()")

    def push(self, chunk: Any, encoding: str | None = None) -> bool:
        """Hand over what the source brought; None is its end. False: no more for now, please."""
        state = self._readable_state
        if (
            state.flowing
            and state.push_without_read
            and type(chunk) is bytes
            and chunk
            and not state.length
            and state.decoder is None
            and not state.sync
            and not state.ended
            and not self._destroyed
            and self._errored is None
            and state.has_data_listener
        ):
            state.data_emitted = True
            if state.awaited:
                state.await_nobody()
            # What emit would do, without the way there: this is done for every packet.
            for listener in self._events.get("data", ()) if self._events else ():
                result = listener(chunk)
                if result is not None and iscoroutine(result):
                    self._start(result, "data", (chunk,))
            if not state.push_without_read:
                state.reading = False
                self._plan_more(state)
            now = self._readable_state
            return (not now.length and not now.ended) or now.takes_more()
        return self._push(chunk, encoding)

    def _push(self, chunk: Any, encoding: str | None) -> bool:
        state = self._readable_state
        state.reading = False
        if chunk is None:
            self._source_ended(state)
            return False
        data = self._checked_chunk(chunk, encoding)
        if data is None:
            return False
        if data:
            if state.ended:
                self._error_or_destroy(stream_push_after_eof())
                return False
            if self._destroyed or self._errored is not None:
                return False
            if state.decoder is not None and isinstance(data, bytes):
                data = state.decoder.decode(data)
        if data:
            self._take_in(state, data)
        else:
            self._plan_more(state)
        return state.takes_more()

    def unshift(self, chunk: Any, encoding: str | None = None) -> bool:
        """Put back, to be read before everything else, what was read by mistake."""
        state = self._readable_state
        if chunk is None:
            return self._push(None, None)
        data = self._checked_chunk(chunk, encoding)
        if data is None:
            return False
        if not data:
            return state.takes_more()
        if state.end_emitted:
            self._error_or_destroy(stream_unshift_after_end_event())
        elif not self._destroyed and self._errored is None:
            self._take_in(state, data, first=True)
            return state.takes_more()
        return False

    def _checked_chunk(self, chunk: Any, encoding: str | None) -> Chunk | None:
        """A string becomes bytes unless it is in the very form that is read; None: an error."""
        if isinstance(chunk, str):
            name = require_encoding(encoding or "utf8")
            decoder = self._readable_state.decoder
            return chunk if decoder and decoder.encoding == name else encode(chunk, name)
        try:
            return bytes(memoryview(chunk))
        except TypeError:
            self._error_or_destroy(invalid_arg_type("chunk", _CHUNK_TYPES, chunk))
            return None

    def _take_in(self, state: ReadableState, chunk: Chunk, *, first: bool = False) -> None:
        if state.flowing and state.has_data_listener and not state.length and not state.sync:
            state.await_nobody()
            state.data_emitted = True
            self.emit("data", chunk)
        else:
            state.put(chunk, first=first)
            if state.wanted:
                self._announce_readable(state)
        self._plan_more(state)

    def _source_ended(self, state: ReadableState) -> None:
        if state.ended:
            return
        if state.decoder is not None:
            rest = state.decoder.end()
            if rest:
                state.put(rest)
        state.ended = True
        if state.sync:
            self._announce_readable(state)
        else:
            state.wanted = False
            state.announced = True
            self._emit_readable()

    # -- reading --------------------------------------------------------------------------------

    def read(self, size: float | None = None) -> Any:
        """The next ``size`` bytes (characters after :meth:`setEncoding`), or all that has come.

        None if there are not as many, or none at all; at the end of the stream what is left.
        """
        state = self._readable_state
        wanted = _whole(size)
        if wanted is not None and wanted > state.high_water_mark:
            state.high_water_mark = _raised_mark(wanted)
        if wanted != 0:
            state.announced = False
        elif state.wanted and (state.ended or _full(state)):
            if state.ended and not state.length:
                self._plan_end(state)
            else:
                self._announce_readable(state)
            return None
        count = state.available(wanted)
        if not count and state.ended:
            if not state.length:
                self._plan_end(state)
            return None
        if self._wants_more(state, count):
            self._pull(state)
            if not state.reading:
                count = state.available(wanted)
        return self._hand_out(state, wanted, count)

    def _wants_more(self, state: ReadableState, count: int) -> bool:
        if state.ended or state.reading or self._destroyed or self._errored is not None:
            return False
        return state.wanted or not state.length or state.length - count < state.high_water_mark

    def _pull(self, state: ReadableState) -> None:
        state.reading = state.sync = True
        if not state.length:
            state.wanted = True
        try:
            self._read(state.high_water_mark)
        except Exception as error:
            self._error_or_destroy(error)
        state.sync = False

    def _hand_out(self, state: ReadableState, wanted: int | None, count: int) -> Chunk | None:
        chunk: Chunk | None = None
        if count > 0 and state.length:
            chunk = state.take(count)
            state.await_nobody()
        else:
            count = 0
            if state.length <= state.high_water_mark:
                state.wanted = True
        if not state.length:
            if not state.ended:
                state.wanted = True
            if wanted != count and state.ended:
                self._plan_end(state)
        if chunk is not None and not self._error_emitted and not self._close_emitted:
            state.data_emitted = True
            self.emit("data", chunk)
        return chunk

    def setEncoding(self, encoding: str | None = None) -> Self:
        """Read text instead of bytes; a character split over packets arrives whole."""
        self._readable_state.decode_from_now_on(Decoder(require_encoding(encoding or "utf8")))
        return self

    def pause(self) -> Self:
        """Stop the flow; what comes is kept up to the high-water mark, then no more is read."""
        state = self._readable_state
        if state.flowing is not False:
            state.flowing = False
            self.emit("pause")
        state.paused = True
        return self

    def resume(self) -> Self:
        """Let it flow, to ``data`` listeners or into nothing."""
        state = self._readable_state
        if not state.flowing:
            state.flowing = not state.has_readable_listener
            if not state.resume_planned:
                state.resume_planned = True
                self._runtime.next_tick(self._resume)
        state.paused = False
        return self

    def isPaused(self) -> bool:
        state = self._readable_state
        return state.paused is True or state.flowing is False

    def _resume(self) -> None:
        state = self._readable_state
        if not state.reading:
            self.read(0)
        state.resume_planned = False
        self.emit("resume")
        self._flow(state)
        if state.flowing and not state.reading:
            self.read(0)

    def _flow(self, state: ReadableState) -> None:
        while state.flowing and self.read() is not None:
            pass

    # -- what happens later ---------------------------------------------------------------------

    def _announce_readable(self, state: ReadableState) -> None:
        state.wanted = False
        if not state.announced:
            state.announced = True
            self._runtime.next_tick(self._emit_readable)

    def _emit_readable(self) -> None:
        state = self._readable_state
        if not self._destroyed and self._errored is None and (state.length or state.ended):
            self.emit("readable")
            state.announced = False
        if not state.flowing and not state.ended and state.length <= state.high_water_mark:
            state.wanted = True
        self._flow(state)

    def _plan_more(self, state: ReadableState) -> None:
        if not state.more_planned and not state.reading:
            state.more_planned = True
            self._runtime.next_tick(self._read_more)

    def _read_more(self) -> None:
        """Ask the source for more as long as it answers at once and there is room."""
        state = self._readable_state
        while (
            not state.reading
            and not state.ended
            and (state.length < state.high_water_mark or (state.flowing and not state.length))
        ):
            before = state.length
            self.read(0)
            if state.length == before:
                break
        state.more_planned = False

    def _plan_end(self, state: ReadableState) -> None:
        if not state.end_emitted:
            state.ended = True
            self._runtime.next_tick(self._emit_end)

    def _emit_end(self) -> None:
        state = self._readable_state
        if self._errored is not None or self._close_emitted or state.end_emitted or state.length:
            return
        state.end_emitted = True
        self.emit("end")
        writing = self._writable_state
        if not self._allow_half_open and self._can_write():
            self._runtime.next_tick(self._end_writing)
        elif self._auto_destroy and (writing.finished or not writing.writable):
            self.destroy()


def _whole(size: float | None) -> int | None:
    """The size of a read; None, and what is no number, asks for what there is."""
    try:
        return None if size is None else int(size)
    except (TypeError, ValueError, OverflowError):
        return None


def _full(state: ReadableState) -> bool:
    mark = state.high_water_mark
    return state.length >= mark if mark else state.length > 0


def _raised_mark(size: int) -> int:
    """A mark that a read of ``size`` fits under: the next power of two."""
    if size > _LARGEST_MARK:
        raise out_of_range("size", "<= 1GiB", size)
    return 1 << (size - 1).bit_length()
