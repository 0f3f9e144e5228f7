"""How a stream begins: with its signal, and with ``_construct`` where it has that.

Rules that live here, each Node's:

* ``_construct`` is called in a tick of its own, after the code that made the stream, and has no
  effect before another tick after its callback. Until then nothing is read or written.
* A stream that was destroyed meanwhile has its ``_destroy`` called afterwards, with both errors if
  there are two.
"""

from __future__ import annotations

from typing import Any

from anynet.node._errors.errors import AggregateError, multiple_callback
from anynet.node._streams.finished import destroy_on_abort
from anynet.node._streams.stream import Stream


def begin_stream(stream: Stream, signal: Any) -> None:
    """What every stream does at the end of its constructor."""
    if signal is not None:
        destroy_on_abort(stream, signal)
    if stream._construct is not None:
        stream._construction = construction = Construction(stream)
        stream.writable_state.hold_back()
        stream.runtime.next_tick(construction.begin)


class Construction:
    """A stream whose ``_construct`` is at work."""

    __slots__ = ("_called", "_destroy_error", "_destroyed", "_stream")

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._called = False
        self._destroyed = False
        self._destroy_error: BaseException | None = None

    def destroy_later(self, error: BaseException | None) -> None:
        """The stream was destroyed, and is to be released once it is constructed."""
        self._destroyed = True
        self._destroy_error = error

    def begin(self) -> None:
        assert self._stream._construct is not None
        try:
            self._stream._construct(self._on_callback)
        except Exception as error:
            self._on_callback(error)

    def _on_callback(self, error: BaseException | None = None) -> None:
        self._stream.runtime.next_tick(self._constructed, error)

    def _constructed(self, error: BaseException | None) -> None:
        stream = self._stream
        if self._called:
            stream._error_or_destroy(error or multiple_callback())
            return
        self._called = True
        stream._construction = None
        stream.writable_state.let_through()
        if self._destroyed:
            stream.release(_both(error, self._destroy_error))
        elif error is not None:
            stream._error_or_destroy(error, later=True)
        elif not stream.destroyed:
            stream._on_constructed()


def _both(inner: BaseException | None, outer: BaseException | None) -> BaseException | None:
    """One error of two, if there are two."""
    both = [error for error in (outer, inner) if isinstance(error, Exception)]
    if len(both) < 2 or inner is outer:
        return outer if inner is None else inner
    return AggregateError(both, str(outer))
