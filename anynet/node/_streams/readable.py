"""Streams to read from: by asking, by listening, through pipes or in a loop."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from anynet.node._emitters.emitter import EventName, Listener
from anynet.node._errors.errors import AbortError
from anynet.node._streams.finished import closed
from anynet.node._streams.pipe import Pipe
from anynet.node._streams.readable_core import ReadableCore
from anynet.node._streams.readable_state import Chunk
from anynet.node._streams.reading import ChunkIterator

D = TypeVar("D")


class ReadableSide(ReadableCore):
    """The reading half of a stream."""

    __slots__ = ()

    # -- listening ------------------------------------------------------------------------------

    def on(self, name: EventName, listener: Listener) -> Self:
        """Call ``listener`` for every event ``name``.

        Listening to ``data`` starts the flow unless it was paused; listening to ``readable``
        stops it: then the listener reads.
        """
        super().on(name, listener)
        state = self._readable_state
        if name == "data":
            state.has_data_listener = True
            if self.listenerCount("readable"):
                state.has_readable_listener = True
            if state.flowing is not False:
                self.resume()
        elif name == "readable" and not state.end_emitted and not state.has_readable_listener:
            state.has_readable_listener = state.wanted = True
            state.flowing = False
            state.announced = False
            if state.length:
                self._announce_readable(state)
            elif not state.reading:
                self._runtime.next_tick(self.read, 0)
        return self

    def removeListener(self, name: EventName, listener: Listener) -> Self:
        """Remove ``listener`` once; without ``readable`` listeners ``data`` flows again."""
        super().removeListener(name, listener)
        if name == "readable":
            self._runtime.next_tick(self._review_listeners)
        elif name == "data" and not self.listenerCount("data"):
            self._readable_state.has_data_listener = False
        return self

    def removeAllListeners(self, name: EventName | None = None) -> Self:
        """Remove the listeners of one event, or of all."""
        super().removeAllListeners(name)
        if name is None or name == "readable":
            self._runtime.next_tick(self._review_listeners)
        return self

    def _review_listeners(self) -> None:
        state = self._readable_state
        state.has_readable_listener = self.listenerCount("readable") > 0
        if state.resume_planned and state.paused is False:
            state.flowing = True
        elif state.has_data_listener:
            self.resume()
        elif not state.has_readable_listener:
            state.flowing = None

    # -- pipes ----------------------------------------------------------------------------------

    def pipe(
        self, destination: D, options: Mapping[str, Any] | None = None, *, end: bool = True
    ) -> D:
        """Write all that is read to ``destination``, pausing while that has enough.

        ``destination`` is a stream, or any object with ``write`` and ``end``. At the end of this
        stream it is ended too, unless ``end`` is False. Returns the destination.
        """
        state = self._readable_state
        ends = end and (options is None or options.get("end") is not False)
        pipe = Pipe(self, destination, ends)
        if state.pipes is not None and not state.multi_await_drain:
            state.multi_await_drain = True
            state.awaited = state.awaited or []
        state.pipes = [*(state.pipes or ()), pipe]
        if state.end_emitted:
            self._runtime.next_tick(pipe.at_end)
        else:
            self.once("end", pipe.at_end)
        pipe.begin()
        return destination

    def unpipe(self, destination: Any = None) -> Self:
        """Take one destination away, or all; the last one gone, this stream is paused."""
        state = self._readable_state
        pipes = state.pipes
        if not pipes:
            return self
        if destination is None:
            gone, state.pipes = pipes, None
        else:
            gone = [pipe for pipe in pipes if pipe.destination is destination][:1]
            if not gone:
                return self
            state.pipes = [pipe for pipe in pipes if pipe is not gone[0]] or None
        if not state.pipes:
            self.pause()
        for pipe in gone:
            pipe.tell_unpiped()
        return self

    # -- structured code ------------------------------------------------------------------------

    def __aiter__(self) -> ChunkIterator:
        return ChunkIterator(self, self.read)

    def iterator(self, *, destroyOnReturn: bool = True) -> ChunkIterator:
        """An iterator of the chunks; without ``destroyOnReturn`` leaving early destroys nothing."""
        return ChunkIterator(self, self.read, destroy_on_return=destroyOnReturn)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Destroy the stream, with an ``AbortError`` unless it was read to its end, and wait."""
        if not self._destroyed:
            self.destroy(None if self._readable_state.end_emitted else AbortError())
        await closed(self)

    # -- what it looks like ---------------------------------------------------------------------

    @property
    def readable(self) -> bool:
        """Whether more can be read."""
        state = self._readable_state
        ended = self._destroyed or self._error_emitted or state.end_emitted
        return state.readable and not ended

    @readable.setter
    def readable(self, value: bool) -> None:
        self._readable_state.readable = bool(value)

    @property
    def readableAborted(self) -> bool:
        """Whether the stream was destroyed, or failed, before its ``end``."""
        state = self._readable_state
        lost = self._destroyed or self._errored is not None
        return state.readable and lost and not state.end_emitted

    @property
    def readableDidRead(self) -> bool:
        """Whether ``data`` has been emitted."""
        return self._readable_state.data_emitted

    @property
    def readableEncoding(self) -> str | None:
        """The encoding of what is read, None for bytes."""
        decoder = self._readable_state.decoder
        return None if decoder is None else decoder.encoding

    @property
    def readableEnded(self) -> bool:
        """Whether ``end`` has been emitted."""
        return self._readable_state.end_emitted

    @property
    def readableFlowing(self) -> bool | None:
        """True: flowing; False: paused; None: nobody has asked for the data yet."""
        return self._readable_state.flowing

    @readableFlowing.setter
    def readableFlowing(self, value: bool | None) -> None:
        self._readable_state.flowing = value

    @property
    def readableHighWaterMark(self) -> int:
        """How much is read ahead, in bytes."""
        return self._readable_state.high_water_mark

    @property
    def readableLength(self) -> int:
        """How much waits to be read: bytes, or characters after :meth:`setEncoding`."""
        return self._readable_state.length

    @property
    def readableBuffer(self) -> list[Chunk]:
        """What waits to be read."""
        return list(self._readable_state.buffer or ())

    @property
    def readableObjectMode(self) -> bool:
        """Always False: these streams carry bytes."""
        return False
