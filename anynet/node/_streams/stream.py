"""What every stream has, whichever way its bytes go: how it fails and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self, TypeAlias

from anynet.node._emitters.emitter import EventEmitter
from anynet.node._errors.errors import invalid_arg_value
from anynet.node._loop.runtime import current_runtime
from anynet.node._streams.readable_state import ReadableState
from anynet.node._streams.writable_state import WritableState

DEFAULT_HIGH_WATER_MARK = 65536

#: Called with None, or with the error.
Answer: TypeAlias = Callable[..., object]


class Stream(EventEmitter):
    """The base of all streams. Each has two sides; the side that it lacks is one that has ended."""

    __slots__ = (
        "_allow_half_open",
        "_auto_destroy",
        "_close_emitted",
        "_closed",
        "_destroyed",
        "_emit_close",
        "_error_emitted",
        "_errored",
        "_readable_state",
        "_runtime",
        "_writable_state",
    )

    _readable_state: ReadableState
    _writable_state: WritableState

    def _set_up_streams(
        self,
        *,
        readable_high_water_mark: int = DEFAULT_HIGH_WATER_MARK,
        writable_high_water_mark: int = DEFAULT_HIGH_WATER_MARK,
        allow_half_open: bool = True,
        emit_close: bool = True,
        auto_destroy: bool = True,
    ) -> None:
        EventEmitter.__init__(self)
        self._runtime = current_runtime()
        self._readable_state = ReadableState(readable_high_water_mark)
        self._writable_state = WritableState(writable_high_water_mark)
        self._allow_half_open = allow_half_open
        self._emit_close = emit_close
        self._auto_destroy = auto_destroy
        self._destroyed = self._closed = self._close_emitted = self._error_emitted = False
        self._errored: BaseException | None = None

    # -- ending ---------------------------------------------------------------------------------

    def destroy(self, error: BaseException | None = None) -> Self:
        """End the stream at once, with what is unread and unwritten.

        ``error`` is emitted as ``error``, then comes ``close``. Callbacks of writes that are lost
        get it too, or ``ERR_STREAM_DESTROYED``. A second call does nothing.
        """
        if self._destroyed:
            return self
        self._note_error(error)
        self._destroyed = True
        if self._writable_state.has_callers():
            self._runtime.next_tick(self._fail_callers)
        answered = False

        def answer(error: BaseException | None = None) -> None:
            nonlocal answered
            if not answered:
                answered = True
                self._note_error(error)
                self._closed = True
                if error is None:
                    self._runtime.next_tick(self._announce_close)
                else:
                    self._runtime.next_tick(self._announce_error_and_close, error)

        try:
            self._destroy(error, answer)
        except Exception as raised:
            answer(raised)
        return self

    def _destroy(self, error: BaseException | None, callback: Answer) -> object:
        """Release what the stream stands on, then call ``callback(error)``."""
        callback(error)
        return None

    def _undestroy(self) -> None:
        """Begin anew, as a stream that nothing has happened to."""
        self._destroyed = self._closed = self._close_emitted = self._error_emitted = False
        self._errored = None
        self._readable_state.begin_anew()
        self._writable_state.begin_anew()

    def _error_or_destroy(self, error: BaseException, *, later: bool = False) -> None:
        """An error that ends the stream, or is only emitted where streams don't end by themselves.

        ``later``: not inside the call that caused it.
        """
        if self._destroyed:
            return
        if self._auto_destroy:
            self.destroy(error)
            return
        self._note_error(error)
        if later:
            self._runtime.next_tick(self._announce_error, error)
        else:
            self._announce_error(error)

    def _note_error(self, error: BaseException | None) -> None:
        if self._errored is None:
            self._errored = error

    def _announce_error(self, error: BaseException) -> None:
        if not self._error_emitted:
            self._error_emitted = True
            self.emit("error", error)

    def _announce_close(self) -> None:
        self._close_emitted = True
        if self._emit_close:
            self.emit("close")

    def _announce_error_and_close(self, error: BaseException) -> None:
        self._announce_error(error)
        self._announce_close()

    def _fail_callers(self) -> None:
        """Tell everyone who waits for something to be written that it never will be."""
        state = self._writable_state
        if state.writing:
            return
        while state.queue:
            _, length, callback = state.queue.popleft()
            state.length -= length
            if callback is not None:
                callback(state.lost("write", self._errored))
        state.call_finish_callbacks(state.lost("end", self._errored))

    def _can_write(self) -> bool:
        """Whether there is a writing side that could still be ended."""
        state = self._writable_state
        return state.writable and not (state.ending or self._destroyed or self._errored is not None)

    def _end_writing(self) -> None:
        """What a stream does after its 'end' if it cannot stay half open."""

    # -- what it looks like ---------------------------------------------------------------------

    @property
    def destroyed(self) -> bool:
        """Whether :meth:`destroy` was called, by the stream itself or by others."""
        return self._destroyed

    @property
    def closed(self) -> bool:
        """Whether everything under the stream has been released."""
        return self._closed

    @property
    def errored(self) -> BaseException | None:
        """What the stream failed with."""
        return self._errored


def merged_options(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """Options from a mapping and from keyword arguments; None is as good as absent."""
    found = {**(options or {}), **more}
    return {name: value for name, value in found.items() if value is not None}


def high_water_mark(options: Mapping[str, Any], side: str | None = None) -> int:
    """The mark of one side of a stream; ``side`` is its own option in a stream that has two."""
    value = options.get("highWaterMark")
    if value is None and side is not None:
        value = options.get(side)
    if value is None:
        return DEFAULT_HIGH_WATER_MARK
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if not whole or isinstance(value, bool) or value < 0:
        raise invalid_arg_value(f"options.{side or 'highWaterMark'}", value)
    return int(value)
