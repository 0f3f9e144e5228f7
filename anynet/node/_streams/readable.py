"""Streams to read from: by asking, by listening, through pipes or in a loop.

Rules that live here, each Node's, since the order of events is part of the contract:

* What is pushed while it flows is emitted inside the call of ``push``; everything else that
  follows from a call comes in a tick of its own (``reading_ticks``).
* ``end`` comes when a read finds the buffer empty after the source has ended: unread data holds it
  back for ever.

What can be decided without I/O is decided in ``readable_state`` and ``flow``; this performs.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import CoroutineType, TracebackType
from typing import Any, ClassVar, Self, TypeVar

from anynet.node._emitters.listeners import NOT_GIVEN, EventName, Listener
from anynet.node._errors.errors import (
    AbortError,
    method_not_implemented,
)
from anynet.node._errors.option_warning import warn_of_misspelt
from anynet.node._streams.chunk_queue import Chunk
from anynet.node._streams.constructing import begin_stream
from anynet.node._streams.encoding import Decoder, require_encoding
from anynet.node._streams.finished import closed
from anynet.node._streams.flow import FlowEvent, FlowOutcome
from anynet.node._streams.iterable_source import source_of
from anynet.node._streams.iterator import ChunkIterator
from anynet.node._streams.options import (
    READABLE_OPTIONS,
    StreamOptions,
    merged_options,
    readable_options,
)
from anynet.node._streams.pipe import add_pipe, remove_pipes
from anynet.node._streams.pushing import push_chunk, unshift_chunk
from anynet.node._streams.readable_state import ReadableState
from anynet.node._streams.reading_ticks import (
    announce_readable,
    emit_resume,
    end_readable,
    maybe_read_more,
)
from anynet.node._streams.stream import Shown, Stream

D = TypeVar("D")

# Looking a member up in its class is a call of a Python function in Python 3.11.
_PAUSE, _RESUME, _READABLE = FlowEvent.PAUSE, FlowEvent.RESUME, FlowEvent.READABLE_LISTENER
_DATA, _DATA_BESIDE = FlowEvent.DATA_LISTENER, FlowEvent.DATA_BESIDE_READABLE
_EMIT_PAUSE, _SCHEDULE_RESUME = FlowOutcome.EMIT_PAUSE, FlowOutcome.SCHEDULE_RESUME


class Readable(Stream):
    """A stream to read from.

    Options: ``highWaterMark`` (65536 bytes, or 16 objects), ``objectMode`` (False: bytes),
    ``encoding``, ``emitClose`` (True), ``autoDestroy`` (True), ``captureRejections``, ``signal``,
    and the functions ``read(size)``, ``destroy(error, callback)`` and ``construct(callback)``,
    unless a subclass has ``_read`` and the others.
    """

    __slots__ = ()

    reviewed_events: ClassVar[frozenset[EventName]] = frozenset(("data", "readable"))

    def __init__(
        self, options: StreamOptions | Mapping[str, Any] | None = None, /, **more: Any
    ) -> None:
        if not isinstance(options, StreamOptions):
            options = readable_options(options, more)
        Stream.__init__(self, options)
        begin_stream(self, options.signal)

    @classmethod
    def from_(
        cls, iterable: Any, options: Mapping[str, Any] | None = None, /, **more: Any
    ) -> Readable:
        """A stream of the items of an iterable, sync or async; of text or bytes, as a whole.

        The options are those of :class:`Readable`; it is in object mode by default, and reads one
        item ahead. Raises ``ERR_INVALID_ARG_TYPE`` for what is no iterable. Node's
        ``Readable.from``.
        """
        source = source_of(iterable)
        given = merged_options(options, more)
        # Before there are defaults, which would count as given.
        warn_of_misspelt(given, READABLE_OPTIONS)
        known = {name: given[name] for name in READABLE_OPTIONS & given.keys()}
        stream = Readable(source.options(known))
        source.attach(stream)
        return stream

    # -- for those who implement a source -------------------------------------------------------

    def _read(self, size: int) -> object:
        """Fetch more, at once or later, and :meth:`push` it."""
        raise method_not_implemented("_read()")

    def push(self, chunk: Any, encoding: str | None = None) -> bool:
        """Hand over what the source brought; None is its end. False: no more for now, please."""
        state = self.readable_state
        # What nearly all packets of a socket are: bytes, to a listener, with nothing before them.
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
            if not state.data_emitted:
                state.note_data()
            pipes = state.pipes
            if pipes is not None and pipes.awaiting_drain:
                pipes.clear_awaited()
            # What emit would do, without the way there: this is done for every packet.
            for listener in self.listener_table.get("data", ()) if self.listener_table else ():
                result = listener(chunk)
                if result is not None and isinstance(result, CoroutineType):
                    self.start_listener(result, "data", (chunk,))
            if not state.push_without_read:
                state.answered()
                maybe_read_more(self)
            now = self.readable_state  # The listeners may have changed it.
            return (not now.length and not now.ended) or now.accepts_more()
        return push_chunk(self, chunk, encoding)

    def unshift(self, chunk: Any, encoding: str | None = None) -> bool:
        """Put back, to be read before everything else, what was read by mistake."""
        if chunk is None:
            return push_chunk(self, None, None)
        return unshift_chunk(self, chunk, encoding)

    def _on_constructed(self) -> None:
        if self.readable_state.need_readable:
            maybe_read_more(self)
        super()._on_constructed()  # The reading side of a duplex is the first.

    # -- reading --------------------------------------------------------------------------------

    def read(self, size: float | None = None) -> Any:
        """The next ``size`` bytes (characters after :meth:`setEncoding`), or all that has come.

        None if there are not as many, or none at all; at the end of the stream what is left. In
        object mode it is the next object, whatever the size.
        """
        state = self.readable_state
        # What each start of the flow comes to in a socket: nothing is there, and more is asked for.
        if size is None and state.reading and not state.length and not state.ended:
            if state.emitted_readable or not state.need_readable:
                state.note_short_read()
            return None
        requested = None if size is None else 0 if size == 0 else _whole_size(size)
        if requested is not None and requested > state.high_water_mark:
            state.raise_mark(requested)
        if requested != 0:
            state.begin_reading()
        elif state.need_readable and state.is_full_or_ended():
            if state.ended and not state.length:
                end_readable(self)
            else:
                announce_readable(self)
            return None
        count = state.available(requested) if state.length else 0
        if not count and state.ended:
            if not state.length:
                end_readable(self)
            return None
        gone = self._destroyed or self._errored is not None
        if state.wants_source(count) and not gone and self._construction is None:
            self._ask_source(state)
            # It may have answered, or called back to what read.
            if not state.reading or state.length < count:
                count = state.available(requested)
        chunk = state.take_for_read(count)
        if state.ended and not state.length and requested != (0 if chunk is None else count):
            end_readable(self)
        if chunk is not None and not self._error_emitted and not self._close_emitted:
            state.note_data()
            self.emit("data", chunk)
        return chunk

    def _ask_source(self, state: ReadableState) -> None:
        state.begin_read()
        try:
            self._read(state.high_water_mark)
        except Exception as error:
            self._error_or_destroy(error)
        state.leave_read()

    def setEncoding(self, encoding: str | None = None) -> Self:
        """Read text instead of bytes; a character split over packets arrives whole."""
        name = "utf8" if encoding is None or encoding == "" else require_encoding(encoding)
        self.readable_state.decode_from_now_on(Decoder(name))
        return self

    # -- the flow -------------------------------------------------------------------------------

    def pause(self) -> Self:
        """Stop the flow; what comes is kept up to the high-water mark, then no more is read."""
        return self._advance(_PAUSE)

    def resume(self) -> Self:
        """Let it flow, to ``data`` listeners or into nothing."""
        return self._advance(_RESUME)

    def isPaused(self) -> bool:
        """Whether :meth:`pause` was called, or a ``readable`` listener reads."""
        return self.readable_state.paused is True or self.readable_state.flowing is False

    def on(self, name: EventName, listener: Listener = NOT_GIVEN) -> Any:
        """As :meth:`EventEmitter.on`; ``data`` starts the flow unless it was paused, ``readable``
        stops it: then the listener reads."""
        if listener is NOT_GIVEN:
            return super().on(name)
        self.register_listener(name, listener)
        if name == "data":
            # As _advance does it, without its call: it is on the way of each accepted socket.
            event = _DATA_BESIDE if "readable" in (self.listener_table or ()) else _DATA
            if self.readable_state.advance(event, self._destroyed) is _SCHEDULE_RESUME:
                self.runtime.next_tick(emit_resume, self)
        elif name == "readable" and not self.readable_state.end_emitted:
            self._advance(_READABLE)
        return self

    def note_data_listener(self) -> None:
        """For implementers: a listener to ``data`` was registered, not by :meth:`on`."""
        self._advance(_DATA_BESIDE if "readable" in (self.listener_table or ()) else _DATA)

    def _review_removal(self, name: EventName) -> None:
        # Without `readable` listeners `data` flows again.
        if name == "readable":
            self.runtime.next_tick(self._review_listeners)
        elif "data" not in (self.listener_table or ()):
            self.readable_state.note_no_data_listener()

    def removeAllListeners(self, name: EventName | None = None) -> Self:
        """Remove the listeners of one event, or of all."""
        super().removeAllListeners(name)
        if name is None or name == "readable":
            self.runtime.next_tick(self._review_listeners)
        return self

    def _review_listeners(self) -> None:
        for event in self.readable_state.review(self.listenerCount("readable") > 0):
            self._advance(event)

    def _advance(self, event: FlowEvent) -> Self:
        state = self.readable_state
        if (outcome := state.advance(event, self._destroyed)) is _EMIT_PAUSE:
            self.emit("pause")
        elif outcome is _SCHEDULE_RESUME:
            self.runtime.next_tick(emit_resume, self)
        elif outcome is not None:
            if state.length or state.take_unannounced():
                announce_readable(self)
            if not state.length and not state.reading:
                self.runtime.next_tick(self.read, 0)
        return self

    # -- pipes, and structured code ---------------------------------------------------------------

    def pipe(
        self, destination: D, options: Mapping[str, Any] | None = None, *, end: bool = True
    ) -> D:
        """Write all that is read to ``destination``, pausing while that has enough.

        ``destination`` is a stream, or any object with ``write`` and ``end``. At the end of this
        stream it is ended too, unless ``end`` is False. Returns the destination.
        """
        add_pipe(self, destination, end and (options is None or options.get("end") is not False))
        return destination

    def unpipe(self, destination: Any = None) -> Self:
        """Take one destination away, or all; the last one gone, this stream is paused."""
        remove_pipes(self, destination)
        return self

    def __aiter__(self) -> ChunkIterator:
        return ChunkIterator(self, self.read)

    def iterator(self, *, destroyOnReturn: bool = True) -> ChunkIterator:
        """An iterator of the chunks; without ``destroyOnReturn`` leaving early destroys nothing."""
        return ChunkIterator(self, self.read, destroy_on_return=destroyOnReturn)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Destroy the stream, with an ``AbortError`` unless it was read to its end, and wait."""
        if not self._destroyed:
            self.destroy(None if self.readable_state.end_emitted else AbortError())
        await closed(self)

    # -- what it looks like ---------------------------------------------------------------------

    @property
    def readable(self) -> bool:
        """Whether more can be read."""
        state = self.readable_state
        ended = self._destroyed or self._error_emitted or state.end_emitted
        return state.readable and not ended

    @readable.setter
    def readable(self, value: bool) -> None:
        self.readable_state.set_readable(bool(value))

    @property
    def readableAborted(self) -> bool:
        """Whether the stream was destroyed, or failed, before its ``end``."""
        state = self.readable_state
        lost = self._destroyed or self._errored is not None
        return state.readable and lost and not state.end_emitted

    readableDidRead: Shown[bool] = Shown("readable_state", "data_emitted")
    """Whether ``data`` has been emitted."""

    @property
    def readableEncoding(self) -> str | None:
        """The encoding of what is read, None for bytes."""
        decoder = self.readable_state.decoder
        return None if decoder is None else decoder.encoding

    readableEnded: Shown[bool] = Shown("readable_state", "end_emitted")
    """Whether ``end`` has been emitted."""

    @property
    def readableFlowing(self) -> bool | None:
        """True: flowing; False: paused; None: not asked for yet."""
        return self.readable_state.flowing

    @readableFlowing.setter
    def readableFlowing(self, value: bool | None) -> None:
        self.readable_state.show_flow(value)

    readableHighWaterMark: Shown[int] = Shown("readable_state", "high_water_mark")
    """How much is read ahead, in bytes."""

    readableLength: Shown[int] = Shown("readable_state", "length")
    """How much waits to be read: bytes, characters after :meth:`setEncoding`, or objects."""

    @property
    def readableBuffer(self) -> list[Chunk]:
        """What waits to be read."""
        return list(self.readable_state.chunks())

    readableObjectMode: Shown[bool] = Shown("readable_state", "objects")
    """Whether what is read is any objects, rather than bytes."""


def _whole_size(size: float) -> int | None:
    """The size of a read; what is no number asks for what there is, as None does."""
    try:
        return int(size)
    except (TypeError, ValueError, OverflowError):
        return None
