"""What every stream has, whichever way its bytes go: how it fails, and how it is destroyed.

Rules that live here, each Node's:

* Whether a stream was destroyed, has closed and what it failed with is known once, for both of its
  sides (docs/decisions/stream-state.md). Its first error counts; at most one ``error`` is emitted,
  and nothing after ``close``.
* ``destroy()`` emits nothing from inside: callbacks of writes that are lost are called in the next
  tick, and ``error`` and ``close`` a tick after ``_destroy`` has called back, in that order, so
  that a listener added right after ``destroy()`` hears them.
* A side that a stream lacks is one that has ended.
* A stream that is still being constructed is destroyed at once, but ``_destroy`` waits for that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Protocol, Self, TypeAlias, TypeVar, overload

from anynet.node._emitters.emitter import EventEmitter, EventName
from anynet.node._loop.callbacks import started
from anynet.node._loop.fitting import Counts
from anynet.node._loop.runtime import Runtime, current_runtime
from anynet.node._streams.options import StreamOptions
from anynet.node._streams.readable_state import ReadableState
from anynet.node._streams.writable_state import WritableState
from anynet.node._streams.write_end import WriteEnd

# Looking a member up in its class is a call of a Python function in Python 3.11.
_FINISHED = WriteEnd.FINISHED

T = TypeVar("T")
#: What a class of a program's may define, as coroutine functions too.
_HOOKS = frozenset(
    ("_construct", "_destroy", "_final", "_flush", "_read", "_transform", "_write", "_writev")
)

#: Called with None, or with the error.
DestroyCallback: TypeAlias = Callable[..., object]


class Shown(Generic[T]):
    """A property of a stream: what the state of one of its sides knows under a name."""

    __slots__ = ("_name", "_side")

    def __init__(self, side: str, name: str) -> None:
        self._side = side
        self._name = name

    @overload
    def __get__(self, stream: None, owner: type) -> Self: ...

    @overload
    def __get__(self, stream: object, owner: type) -> T: ...

    def __get__(self, stream: Any, owner: type) -> Any:
        if stream is None:
            return self
        return getattr(getattr(stream, self._side), self._name)

    def __set__(self, stream: object, value: object) -> None:
        raise AttributeError("this property of a stream cannot be set")


class ConstructionLike(Protocol):
    """What is to be done once a stream is constructed."""

    def destroy_later(self, error: BaseException | None) -> None: ...


class Stream(EventEmitter):
    """The base of all streams.

    ``runtime``, ``readable_state`` and ``writable_state`` are for the implementers of streams, in
    this package: programs read the properties of the stream.
    """

    __slots__ = (
        "_auto_destroy",
        "_close_emitted",
        "_closed",
        "_construction",
        "_destroyed",
        "_emit_close",
        "_error_emitted",
        "_errored",
        "readable_state",
        "runtime",
        "writable_state",
    )

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        for name in _HOOKS & cls.__dict__.keys():
            setattr(cls, name, started(cls.__dict__[name]))

    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        **EventEmitter.event_arguments,
        "close": (0, 0),
        "data": (1, 1),
        "drain": (0, 0),
        "end": (0, 0),
        "finish": (0, 0),
        "pause": (0, 0),
        "pipe": (1, 1),
        "prefinish": (0, 0),
        "readable": (0, 0),
        "resume": (0, 0),
        "unpipe": (2, 2),
    }

    def __init__(self, options: StreamOptions, runtime: Runtime | None = None) -> None:
        EventEmitter.__init__(self)
        if options.capture_rejections is not None:
            self.set_capture_rejections(options.capture_rejections)
        self.runtime: Runtime = current_runtime() if runtime is None else runtime
        self.readable_state: ReadableState = ReadableState(options)
        self.writable_state: WritableState = WritableState(options)
        self._emit_close = options.emit_close
        self._auto_destroy = options.auto_destroy
        self._destroyed = self._closed = self._close_emitted = self._error_emitted = False
        self._errored: BaseException | None = None
        #: Set while ``_construct`` is at work: what waits for it.
        self._construction: ConstructionLike | None = None
        for name, function in options.functions.items():
            setattr(self, f"_{name}", function)

    # -- for implementers -----------------------------------------------------------------------

    #: Prepares the stream, then calls ``callback(error)``; nothing is read or written before.
    _construct: Callable[..., object] | None = None

    @property
    def constructed(self) -> bool:
        """For implementers: whether ``_construct`` is not, or no longer, at work."""
        return self._construction is None

    def _on_constructed(self) -> None:
        """``_construct`` has succeeded: go on with what waited for it."""

    def _destroy(self, error: BaseException | None, callback: DestroyCallback) -> object:
        """Release what is under the stream, then call ``callback(error)``, at once or later."""
        callback(error)
        return None

    def reset_for_reuse(self) -> None:
        """Make a destroyed stream as new: a socket may connect again. Listeners stay."""
        self._destroyed = self._closed = self._close_emitted = self._error_emitted = False
        self._errored = None
        self.readable_state.reset()
        self.writable_state.reset()

    def close_without_events(self) -> None:
        """Make the stream destroyed and closed, emitting nothing: its handle goes elsewhere."""
        self._destroyed = self._closed = self._close_emitted = True
        self.writable_state.break_off()

    # -- ending ---------------------------------------------------------------------------------

    def destroy(self, error: BaseException | None = None) -> Self:
        """End the stream at once, with what is unread and unwritten.

        ``error`` is emitted as ``error``, then comes ``close``. Callbacks of writes that are lost
        get it too, or ``ERR_STREAM_DESTROYED``. A second call does nothing.
        """
        if self._destroyed:
            return self
        if error is not None:
            self._note_error(error)
        self._destroyed = True
        state = self.writable_state
        state.break_off()
        if state.queue or state.finish_callbacks:
            self.runtime.next_tick(self._fail_callbacks)
        if self._construction is not None:
            self._construction.destroy_later(error)
        else:
            self.release(error)
        return self

    def release(self, error: BaseException | None) -> None:
        """For implementers: have a destroyed stream release what is under it, then close."""
        called = False

        def callback(error: BaseException | None = None) -> None:
            nonlocal called
            if not called:
                called = True
                self._closed = True
                if error is None:
                    self.runtime.next_tick(self._announce_close)
                else:
                    self._note_error(error)
                    self.runtime.next_tick(self._announce_error_and_close, error)

        try:
            self._destroy(error, callback)
        except Exception as raised:
            callback(raised)

    def captureRejection(self, error: Exception, name: EventName, *args: object) -> None:
        """What a coroutine listener raised, under ``captureRejections``, destroys the stream."""
        self.destroy(error)

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
            self.runtime.next_tick(self._announce_error, error)
        else:
            self._announce_error(error)

    def _destroy_if_over(self) -> None:
        """Called when a side has ended: the stream goes with the second."""
        reading, writing = self.readable_state, self.writable_state
        if (
            self._auto_destroy
            and (reading.end_emitted or not reading.readable)
            and (writing.end is _FINISHED or not writing.writable)
        ):
            self.destroy()

    def _reading_ended(self) -> None:
        """``end`` was emitted."""
        self._destroy_if_over()

    def _note_error(self, error: BaseException) -> None:
        if self._errored is None:
            self._errored = error
            self.writable_state.break_off()

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

    def _fail_callbacks(self) -> None:
        """Report to the callbacks of writes, and of ``end()``, that they come too late."""
        self.writable_state.fail_callbacks(self._errored)

    def _can_write(self) -> bool:
        """Whether there is a writing side that could still be ended."""
        return self.writable_state.can_write()

    async def __aenter__(self) -> Self:
        return self

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
