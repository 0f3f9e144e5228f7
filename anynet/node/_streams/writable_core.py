"""The writing side of a stream: between the program that writes and what takes the bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from anynet.node._errors.errors import (
    NodeError,
    method_not_implemented,
    multiple_callback,
    stream_destroyed,
    write_after_end,
)
from anynet.node._loop.runtime import NoRuntimeError
from anynet.node._streams.stream import Stream
from anynet.node._streams.writable_state import WritableState, WriteCallback


class WritableCore(Stream):
    """Queueing, writing, and ending in order."""

    __slots__ = ()

    #: Whether :meth:`_dispatch_write_many` is to be used.
    _gathers: ClassVar[bool] = False
    #: Takes several chunks at once: ``_writev([{"chunk": …, "encoding": …}, …], callback)``.
    _writev: Callable[..., object] | None = None
    #: Called before 'finish', with a callback.
    _final: Callable[..., object] | None = None

    # -- for those who implement a sink ---------------------------------------------------------

    def _write(self, chunk: bytes, encoding: str, callback: Callable[..., object]) -> object:
        """Take one chunk and call ``callback``, with None or an error, at once or later."""
        if self._writev is None:
            raise method_not_implemented("_write()")
        return self._writev([{"chunk": chunk, "encoding": encoding}], callback)

    def _dispatch_write(self, chunk: bytes) -> bool:
        """Write one chunk. True: done, without a call of anybody's code.

        False: :meth:`_write_done` has been called, or will be.
        """
        self._write(chunk, "buffer", self._write_done)
        return False

    def _dispatch_write_many(self, chunks: list[bytes]) -> bool:
        """The same for several chunks at once."""
        assert self._writev is not None
        self._writev([{"chunk": c, "encoding": "buffer"} for c in chunks], self._write_done)
        return False

    # -- writing --------------------------------------------------------------------------------

    def _accept(self, data: bytes, length: int, callback: WriteCallback) -> NodeError | bool:
        """Write now or queue; the answer to ``write``, or why it cannot be."""
        state = self._writable_state
        error: NodeError | None = None
        if self._runtime.reactor.ended:
            raise NoRuntimeError("the runtime has ended")
        if state.ending:
            error = write_after_end()
        elif self._destroyed:
            error = stream_destroyed("write")
        if error is not None:
            if callback is not None:
                self._runtime.next_tick(callback, error)
            self._error_or_destroy(error, later=True)
            return error
        state.length += length
        if state.writing or state.corked or self._errored is not None:
            if state.queue is None:
                state.queue = deque()
            state.queue.append((data, length, callback))
        else:
            self._begin_write(state, data, length, callback)
        return self._room(state)

    def _room(self, state: WritableState) -> bool:
        """The answer to a write: whether to go on without waiting for 'drain'."""
        if state.length and state.length >= state.high_water_mark:
            state.need_drain = True
            return False
        return self._errored is None and not self._destroyed

    def _begin_write(
        self, state: WritableState, data: bytes | list[bytes], length: int, callback: WriteCallback
    ) -> None:
        state.writing_length = length
        state.writing_callback = callback
        state.writing = state.sync = True
        if self._destroyed:
            self._write_done(stream_destroyed("write"))
        elif isinstance(data, bytes):
            if self._dispatch_write(data):
                self._write_done()
        elif self._dispatch_write_many(data):
            self._write_done()
        state.sync = False

    def _write_done(self, error: BaseException | None = None) -> None:
        """The write under way is done, or has failed."""
        state = self._writable_state
        if not state.writing:
            self._error_or_destroy(multiple_callback())
            return
        callback = state.writing_callback
        state.writing = False
        state.writing_callback = None
        state.length -= state.writing_length
        state.writing_length = 0
        if error is not None:
            self._note_error(error)
            if state.sync:
                self._runtime.next_tick(self._write_failed, error, callback)
            else:
                self._write_failed(error, callback)
            return
        state.owed += 1
        if state.queue:
            self._flush(state)
        if state.sync:
            self._settle_later(state, callback)
        else:
            self._settle(1, callback)

    def _write_failed(self, error: BaseException, callback: WriteCallback) -> None:
        if callback is not None:
            callback(error)
        self._fail_callers()
        self._error_or_destroy(error)

    def _settle_later(self, state: WritableState, callback: WriteCallback) -> None:
        """After a write that was done at once: callbacks wait until the caller has returned.

        Where nobody waits for anything there is no tick; writes with the same callback share one.
        """
        repeated = state.repeated
        if callback is not None:
            if repeated is not None and repeated[0] == callback:
                repeated[1] += 1
            else:
                state.repeated = repeated = [callback, 1]
                state.settling = True
                self._runtime.next_tick(self._settle_repeated, repeated)
        elif not state.settling and (self._destroyed or (state.need_drain and not state.length)):
            state.settling = True
            self._runtime.next_tick(self._settle, 1, None)
        else:
            state.owed -= 1
            if state.ending:
                self._finish_maybe(state, later=True)

    def _settle_repeated(self, repeated: list[Any]) -> None:
        self._writable_state.repeated = None
        callback, count = repeated
        self._settle(count, callback)

    def _settle(self, count: int, callback: WriteCallback) -> None:
        """'drain' if it is owed, then the callbacks, then the end if it is time."""
        state = self._writable_state
        state.settling = False
        if state.need_drain and not state.length and not state.ending and not self._destroyed:
            state.need_drain = False
            self.emit("drain")
        for _ in range(count):
            state.owed -= 1
            if callback is not None:
                callback(None)
        if self._destroyed:
            self._fail_callers()
        self._finish_maybe(state, later=True)

    def _flush(self, state: WritableState) -> None:
        """Write what is queued, all at once where that is possible."""
        queue = state.queue
        if not queue or state.corked or state.flushing or self._destroyed:
            return
        state.flushing = True
        if len(queue) > 1 and (self._gathers or self._writev is not None):
            state.queue = None
            callbacks = [callback for _, _, callback in queue if callback is not None]

            def tell_all(error: BaseException | None = None) -> None:
                for callback in callbacks:
                    callback(error)

            chunks = [data for data, _, _ in queue]
            self._begin_write(state, chunks, state.length, tell_all if callbacks else None)
        else:
            while queue and not state.writing:
                data, length, callback = queue.popleft()
                self._begin_write(state, data, length, callback)
            if not queue and state.queue is queue:
                state.queue = None
        state.flushing = False

    # -- ending ---------------------------------------------------------------------------------

    def _ready_to_finish(self, state: WritableState) -> bool:
        return (
            state.ending
            and not state.length
            and not state.writing
            and not state.flushing
            and not state.queue
            and not state.finished
            and not self._destroyed
            and self._errored is None
            and not self._error_emitted
            and not self._close_emitted
        )

    def _finish_maybe(self, state: WritableState, *, later: bool = False) -> None:
        """Finish if everything is written and everybody was told of it."""
        if not self._ready_to_finish(state):
            return
        self._prefinish(state)
        if state.owed:
            return
        if later:
            state.owed += 1
            self._runtime.next_tick(self._finish_if_ready)
        elif self._ready_to_finish(state):
            state.owed += 1
            self._finish()

    def _prefinish(self, state: WritableState) -> None:
        if state.prefinished or state.final_called:
            return
        if self._final is not None and not self._destroyed:
            state.final_called = True
            self._call_final(state, self._final)
        else:
            state.prefinished = True
            self.emit("prefinish")

    def _call_final(self, state: WritableState, final: Callable[..., object]) -> None:
        answered = False

        def answer(error: BaseException | None = None) -> None:
            nonlocal answered
            if answered:
                self._error_or_destroy(error or multiple_callback())
                return
            answered = True
            state.owed -= 1
            if error is not None:
                state.call_finish_callbacks(error)
                self._error_or_destroy(error, later=state.sync)
            elif self._ready_to_finish(state):
                state.prefinished = True
                self.emit("prefinish")
                state.owed += 1
                self._runtime.next_tick(self._finish)

        state.sync = True
        state.owed += 1
        try:
            final(answer)
        except Exception as error:
            answer(error)
        state.sync = False

    def _finish_if_ready(self) -> None:
        state = self._writable_state
        if self._ready_to_finish(state):
            self._finish()
        else:
            state.owed -= 1

    def _finish(self) -> None:
        state = self._writable_state
        state.owed -= 1
        state.finished = True
        state.call_finish_callbacks(None)
        self.emit("finish")
        reading = self._readable_state
        if self._auto_destroy and (reading.end_emitted or not reading.readable):
            self.destroy()
