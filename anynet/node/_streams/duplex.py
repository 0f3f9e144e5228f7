"""Streams to read from and to write to.

Rules that live here, each Node's: the two sides end by themselves, unless ``allowHalfOpen`` is
False; then the writing side is ended in the tick after ``end``, so that a listener to that may
still write. A stream whose second side ends destroys itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anynet.node._streams.constructing import begin_stream
from anynet.node._streams.options import StreamOptions, duplex_options
from anynet.node._streams.readable import Readable
from anynet.node._streams.stream import Stream
from anynet.node._streams.writable import Writable


class Duplex(Readable, Writable):
    """A stream to read from and to write to, each side with its own buffer.

    The options of :class:`Readable` and :class:`Writable`, and ``readableHighWaterMark``,
    ``writableHighWaterMark``, ``readableObjectMode``, ``writableObjectMode``, ``readable`` and
    ``writable`` (False: there is no such side), and ``allowHalfOpen`` (True; False ends the writing
    side after the reading side has ended).
    """

    __slots__ = ()

    def __init__(
        self, options: StreamOptions | Mapping[str, Any] | None = None, /, **more: Any
    ) -> None:
        if not isinstance(options, StreamOptions):
            options = duplex_options(options, more)
        # Not the constructors of the two sides: what they do, Stream does for both at once.
        Stream.__init__(self, options)
        begin_stream(self, options.signal)

    def _reading_ended(self) -> None:
        if not self.writable_state.allow_half_open and self._can_write():
            self.runtime.next_tick(self._end_writing)
        else:
            self._destroy_if_over()

    def _end_writing(self) -> None:
        if self._can_write():
            self.end()

    @property
    def allowHalfOpen(self) -> bool:
        """Whether the writing side stays open when the reading side has ended."""
        return self.writable_state.allow_half_open

    @allowHalfOpen.setter
    def allowHalfOpen(self, value: bool) -> None:
        self.writable_state.set_allow_half_open(bool(value))

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name != "writableAborted"]

    @property
    def writableAborted(self) -> bool:
        """Not there, as in Node (tried with 25.8.1 and 26.12.1): only a plain Writable has it."""
        raise AttributeError("a Duplex has no writableAborted")
