"""Streams whose output is made from their input.

Rules that live here, each Node's:

* A chunk counts as written once ``_transform`` has called back and the reading side has room again:
  so a transform that nobody reads stops who writes to it.
* When all is written ``_flush`` may push more, then the reading side ends. That happens in place of
  ``_final``; a transform that has a ``_final`` of its own flushes afterwards, on ``prefinish``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anynet.node._errors.errors import method_not_implemented
from anynet.node._streams.duplex import Duplex
from anynet.node._streams.options import StreamOptions, duplex_options


class Transform(Duplex):
    """A stream to write to, and to read from what it makes of that.

    The options of :class:`Duplex`, and the functions ``transform(chunk, encoding, callback)`` and
    ``flush(callback)``, unless a subclass has ``_transform`` and ``_flush``.
    """

    __slots__ = ("_full",)

    #: Called before the end with a callback, which takes an error and what to push at the end.
    _flush: Callable[..., object] | None = None

    def __init__(
        self, options: StreamOptions | Mapping[str, Any] | None = None, /, **more: Any
    ) -> None:
        if not isinstance(options, StreamOptions):
            options = duplex_options(options, more, transforms=True)
        #: The callback of a write whose outcome has filled the reading side.
        self._full: Callable[[], object] | None = None
        super().__init__(options)
        # What it pushes before anybody reads is no answer to a read.
        self.readable_state.leave_read()
        self.on("prefinish", self._before_finish)

    # -- for those who implement one ------------------------------------------------------------

    def _transform(self, chunk: Any, encoding: Any, callback: Callable[..., object]) -> object:
        """Make of a chunk what is to be read: :meth:`push` any number of times, then call back.

        ``callback(error)`` or ``callback(None, chunk)``, at once or later.
        """
        raise method_not_implemented("_transform()")

    # -- what a duplex stream needs -------------------------------------------------------------

    def _write(self, chunk: Any, encoding: Any, callback: Callable[..., object]) -> None:
        state = self.readable_state
        before = state.length

        def transformed(error: BaseException | None = None, chunk: Any = None) -> None:
            if error is not None:
                callback(error)
                return
            if chunk is not None:
                self.push(chunk)
            if state.ended:
                # A tick later the new state is known to all.
                self.runtime.next_tick(callback)
            elif (
                self.writableEnded or before == state.length or state.length < state.high_water_mark
            ):
                callback()
            else:
                self._full = callback

        self._transform(chunk, encoding, transformed)

    def _read(self, size: int) -> None:
        full, self._full = self._full, None
        if full is not None:
            full()

    def _final(self, callback: Callable[..., object]) -> None:
        def flushed(error: BaseException | None = None, chunk: Any = None) -> None:
            if error is not None:
                callback(error)
                return
            if chunk is not None:
                self.push(chunk)
            self.push(None)
            callback()

        if self._flush is None or self.destroyed:
            flushed()
        else:
            self._flush(flushed)

    def _before_finish(self) -> None:
        if getattr(self._final, "__func__", None) is not Transform._final:
            Transform._final(self, _destroy_with(self))


class PassThrough(Transform):
    """A transform that changes nothing."""

    __slots__ = ()

    def _transform(self, chunk: Any, encoding: Any, callback: Callable[..., object]) -> None:
        callback(None, chunk)


def _destroy_with(stream: Transform) -> Callable[..., object]:
    """For a flush that ends no ``_final``: its error ends the stream."""

    def flushed(error: BaseException | None = None) -> None:
        if error is not None:
            stream.destroy(error)

    return flushed
