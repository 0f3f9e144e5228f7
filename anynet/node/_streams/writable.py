"""Streams to write to: writes in order, ``drain``, and the way to ``finish``.

Rules that live here, each Node's, since the order of events is part of the contract:

* A write begins inside ``write`` if nothing is under way; what it reports at once is passed on in
  the next tick (``sync``), what it reports later is passed on at once. So a callback never runs
  inside the ``write`` that it was given to.
* After a write: first the rest of the queue, then ``drain``, then the callbacks, then the end.
* A failed write fails the callbacks of all that wait behind it before the stream is destroyed.

What can be decided without I/O is decided in ``writable_state`` and ``write_end``; this performs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, ClassVar, Self

from anynet.node._errors.errors import (
    AbortError,
    NodeError,
    method_not_implemented,
    multiple_callback,
    stream_already_finished,
    stream_cannot_pipe,
    stream_destroyed,
    write_after_end,
)
from anynet.node._loop.callbacks import runnable
from anynet.node._loop.runtime import NoRuntimeError
from anynet.node._streams.chunks import shown_entries, written_chunk
from anynet.node._streams.constructing import begin_stream
from anynet.node._streams.encoding import require_encoding
from anynet.node._streams.end_of_writing import finish_maybe
from anynet.node._streams.finished import closed
from anynet.node._streams.options import StreamOptions, writable_options
from anynet.node._streams.stream import Shown, Stream
from anynet.node._streams.writable_state import (
    Entry,
    SharedTick,
    WritableState,
    WriteCallback,
)
from anynet.node._streams.write_end import WriteEnd

# Looking a member up in its class is a call of a Python function in Python 3.11.
_OPEN = WriteEnd.OPEN


class Writable(Stream):
    """A stream to write to.

    Options: ``highWaterMark`` (65536 bytes, or 16 objects), ``objectMode`` (False: bytes),
    ``decodeStrings`` (True: strings become bytes), ``defaultEncoding`` (``utf8``), ``emitClose``
    (True), ``autoDestroy`` (True), ``captureRejections``, ``signal``, and the functions
    ``write(chunk, encoding, callback)``, ``writev(chunks, callback)``, ``final(callback)``,
    ``destroy(error, callback)`` and ``construct(callback)``, unless a subclass has ``_write`` and
    the others.
    """

    __slots__ = ()

    #: Whether :meth:`_dispatch_write_many` is to be used.
    _gathers: ClassVar[bool] = False
    #: Takes several chunks at once: ``_writev([{"chunk": …, "encoding": …}, …], callback)``.
    _writev: Callable[..., object] | None = None
    #: Called before 'finish', with a callback.
    _final: Callable[..., object] | None = None

    def __init__(
        self, options: StreamOptions | Mapping[str, Any] | None = None, /, **more: Any
    ) -> None:
        if not isinstance(options, StreamOptions):
            options = writable_options(options, more)
        Stream.__init__(self, options)
        begin_stream(self, options.signal)

    # -- for those who implement a sink ---------------------------------------------------------

    def _write(self, chunk: Any, encoding: Any, callback: Callable[..., object]) -> object:
        """Take one chunk and call ``callback``, with None or an error, at once or later.

        ``encoding`` is ``"buffer"`` for bytes, that of a string where ``decodeStrings`` is False,
        and whatever was given to :meth:`write` in object mode.
        """
        if self._writev is None:
            raise method_not_implemented("_write()")
        return self._writev([{"chunk": chunk, "encoding": encoding}], callback)

    def _dispatch_write(self, chunk: Any) -> bool:
        """Write one chunk: what ``write`` calls, for sinks that need no callback for each write.

        True: done, and no listener or callback has run. False: :meth:`write_done` has been called,
        or will be. To be overridden where ``_write`` and a callback for each write cost too much.
        """
        self._write(chunk, self.writable_state.writing_encoding, self.write_done)
        return False

    def _dispatch_write_many(self, chunks: list[bytes]) -> bool:
        """The same for several chunks of bytes at once; called only if ``_gathers``."""
        raise NotImplementedError

    def write_done(self, error: BaseException | None = None) -> None:
        """Report that the write under way is done, or has failed: the callback of ``_write``."""
        state = self.writable_state
        if not state.writing:
            self._error_or_destroy(multiple_callback())
            return
        # Of this write: by the time that the queue is written it may be that of another one.
        sync = state.sync
        callback = state.end_write()
        if error is not None:
            self._note_error(error)
            if sync:
                self.runtime.next_tick(self._write_failed, error, callback)
            else:
                self._write_failed(error, callback)
            return
        if state.queue:
            self._write_queued(state)
        if sync:
            self._schedule_after_write(state, callback)
        else:
            self._after_write(1, callback)

    def refuse_write(self, error: NodeError, callback: WriteCallback) -> NodeError:
        """Report a write that comes too late; the error that was reported.

        A subclass may know a better one.
        """
        if callback is not None:
            self.runtime.next_tick(callback, error)
        self._error_or_destroy(error, later=True)
        return error

    def _queue_is_full(self, length: int) -> None:
        """For implementers: ``length``, the high-water mark or more, waits after a write."""

    # -- writing --------------------------------------------------------------------------------

    def write(self, chunk: Any, encoding: Any = None, callback: Any = None) -> bool:
        """Write a bytes-like object, or a string in ``encoding`` (UTF-8); in object mode anything.

        The bytes are those of this moment: what is mutable is copied. False: more than the
        high-water mark waits to be written; ``drain`` says when to go on.
        ``callback`` is called with None once it is written, or with the error.
        """
        state = self.writable_state
        # What nearly all writes of a socket are: bytes, at once, without a callback.
        if (
            callback is None
            and encoding is None
            and type(chunk) is bytes
            and state.end is _OPEN
            and not state.writing
            and state.plain
            and not state.need_drain
        ):
            # begin_new_write and end_write of the state, without the calls, which would make this a
            # quarter slower (measured: 207 against 267 ns). Nothing else is under way.
            state.length = state.writing_length = len(chunk)
            state.writing = state.sync = True
            if self._dispatch_write(chunk):
                state.writing = False
                state.length = 0
                return True
            state.sync = False
            return self._answer(state)
        if callable(encoding):
            encoding, callback = None, encoding
        return self._checked_write(chunk, encoding, callback) is True

    def _checked_write(
        self, chunk: Any, encoding: Any, callback: Any, *, ending: bool = False
    ) -> NodeError | bool:
        """Write now or queue; the answer to ``write``, or why it cannot be."""
        state = self.writable_state
        data, length, encoding = written_chunk(state, chunk, encoding)
        callback = runnable(callback, (1, 1), "callback of write()") if callable(callback) else None
        if self.runtime.reactor.ended:
            raise NoRuntimeError("the runtime has ended")
        if state.end_called or self._destroyed:
            error = write_after_end() if state.end_called else stream_destroyed("write")
            # As the methods of Node's are: what end() writes does not pass through write().
            refuse = Writable.refuse_write if ending else type(self).refuse_write
            return refuse(self, error, callback)
        waits = state.writing or state.corked or self._construction is not None
        if waits or self._errored is not None:
            state.enqueue((data, length, callback, encoding))
        else:
            state.begin_new_write(length, callback, encoding)
            self._dispatch(state, data)
        return self._answer(state)

    def _answer(self, state: WritableState) -> bool:
        """The answer to a write: whether to go on without waiting for 'drain'."""
        if state.length and state.length >= state.high_water_mark:
            state.note_full()
            self._queue_is_full(state.length)
            return False
        return self._errored is None and not self._destroyed

    def _dispatch(self, state: WritableState, data: Any) -> None:
        """Do the write that has begun."""
        if self._destroyed:
            self.write_done(stream_destroyed("write"))
        elif self._dispatch_write(data):
            self.write_done()
        state.leave_write()

    def _dispatch_batch(self, state: WritableState, entries: Sequence[Entry]) -> None:
        """Do the write of several chunks that has begun."""
        if self._gathers:
            if self._dispatch_write_many([entry[0] for entry in entries]):
                self.write_done()
        elif self._writev is not None:
            self._writev(shown_entries(entries), self.write_done)
        state.leave_write()

    def _write_queued(self, state: WritableState) -> None:
        """Write what is queued, all at once where that is possible."""
        held_back = self._destroyed or self._construction is not None
        queue = None if held_back else state.begin_flush()
        if queue is None:
            return
        if len(queue) > 1 and (self._gathers or self._writev is not None):
            self._dispatch_batch(state, state.begin_batch())
        else:
            while queue and not state.writing:
                self._dispatch(state, state.begin_next_write(queue))
        state.end_flush()

    def _on_constructed(self) -> None:
        super()._on_constructed()
        state = self.writable_state
        if not state.writing:
            self._write_queued(state)
        if state.end_called:
            finish_maybe(self, self._final, constructed=True)

    # -- after a write --------------------------------------------------------------------------

    def _write_failed(self, error: BaseException, callback: WriteCallback) -> None:
        self.writable_state.drop_callback()
        if callback is not None:
            callback(error)
        self._fail_callbacks()
        self._error_or_destroy(error)

    def _schedule_after_write(self, state: WritableState, callback: WriteCallback) -> None:
        """After a write that was done at once: callbacks wait until the caller has returned."""
        if callback is not None:
            shared = state.share_tick(callback)
            if shared is not None:
                self.runtime.next_tick(self._after_shared_write, shared)
        elif state.needs_tick(self._destroyed):
            self.runtime.next_tick(self._after_write, 1, None)
        else:
            state.drop_callback()
            if state.end_called:
                finish_maybe(self, self._final)

    def _after_shared_write(self, shared: SharedTick) -> None:
        self.writable_state.end_shared_tick()
        self._after_write(shared.count, shared.callback)

    def _after_write(self, count: int, callback: WriteCallback) -> None:
        """'drain' if it is due, then the callbacks, then the end if it is time."""
        state = self.writable_state
        if state.take_drain(self._destroyed):
            self.emit("drain")
        for _ in range(count):
            state.drop_callback()
            if callback is not None:
                callback(None)
        if self._destroyed:
            self._fail_callbacks()
        finish_maybe(self, self._final)

    # -- ending ---------------------------------------------------------------------------------

    def end(self, chunk: Any = None, encoding: Any = None, callback: Any = None) -> Self:
        """Write no more, after ``chunk`` if there is one.

        ``callback`` is called with None on ``finish``, or with the error.
        """
        if callable(chunk):
            chunk, encoding, callback = None, None, chunk
        elif callable(encoding):
            encoding, callback = None, encoding
        if callable(callback):
            callback = runnable(callback, (0, 1), "callback of end()")
        state = self.writable_state
        error: BaseException | None = None
        if chunk is not None:
            answer = self._checked_write(chunk, encoding, None, ending=True)
            if isinstance(answer, NodeError):
                error = answer
        if state.corked and state.uncork(entirely=True):
            self._write_queued(state)
        if error is None:
            if not state.end_called and self._errored is None:
                state.note_end()
                finish_maybe(self, self._final)
            elif state.finished:
                error = stream_already_finished("end")
            elif self._destroyed:
                error = stream_destroyed("end")
        if callable(callback):
            if error is None:
                error = self._errored
            if error is not None:
                self.runtime.next_tick(callback, error)
            elif state.finished:
                self.runtime.next_tick(callback)
            else:
                state.add_finish_callback(callback)
        return self

    # -- corks ----------------------------------------------------------------------------------

    def cork(self) -> None:
        """Collect what is written from now on, to be written at once by :meth:`uncork`."""
        self.writable_state.cork()

    def uncork(self) -> None:
        """Write what was collected; once for each :meth:`cork`."""
        state = self.writable_state
        if state.uncork():
            self._write_queued(state)

    def setDefaultEncoding(self, encoding: str) -> Self:
        """The encoding of strings that are written without one."""
        self.writable_state.set_default_encoding(require_encoding(encoding))
        return self

    # -- structured code ------------------------------------------------------------------------

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Destroy the stream, with an ``AbortError`` unless it has finished, and wait."""
        if not self._destroyed:
            self.destroy(None if self.writable_state.finished else AbortError())
        await closed(self)

    def pipe(self, destination: Any, options: Any = None) -> Any:
        """Fails with ``ERR_STREAM_CANNOT_PIPE``: there is nothing to read."""
        self._error_or_destroy(stream_cannot_pipe())

    # -- what it looks like ---------------------------------------------------------------------

    @property
    def writable(self) -> bool:
        """Whether :meth:`write` may be called."""
        return self.writable_state.can_write()

    @writable.setter
    def writable(self, value: bool) -> None:
        self.writable_state.set_writable(bool(value))

    writableEnded: Shown[bool] = Shown("writable_state", "end_called")
    """Whether :meth:`end` was called."""

    writableFinished: Shown[bool] = Shown("writable_state", "finished")
    """Whether everything is written and ended: true just before ``finish``."""

    @property
    def writableAborted(self) -> bool:
        """Whether the stream was destroyed, or failed, before its ``finish``."""
        state = self.writable_state
        lost = self._destroyed or self._errored is not None
        return state.writable and lost and not state.finished

    @property
    def writableNeedDrain(self) -> bool:
        """Whether ``drain`` is due."""
        state = self.writable_state
        return state.need_drain and not state.end_called and not self._destroyed

    writableLength: Shown[int] = Shown("writable_state", "length")
    """How much waits to be written, in bytes; in object mode how many objects."""

    writableHighWaterMark: Shown[int] = Shown("writable_state", "high_water_mark")
    """From how many waiting bytes :meth:`write` answers False."""

    writableCorked: Shown[int] = Shown("writable_state", "corked")
    """How often :meth:`uncork` is still to be called."""

    @property
    def writableBuffer(self) -> list[Any]:
        """What waits to be written and is not even under way."""
        return [data for data, *_ in self.writable_state.queue or ()]

    writableObjectMode: Shown[bool] = Shown("writable_state", "objects")
    """Whether what is written is any objects, rather than bytes."""
