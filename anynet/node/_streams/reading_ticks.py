"""What follows from pushing and reading a tick later: ``readable``, ``resume``, ``end``, and more.

Rules that live here, each Node's:

* Each of these has a tick of its own, scheduled at most once at a time, so that a listener that is
  added right after the call that caused it hears it.
* ``readable`` is emitted even if nothing is left to read by then, as long as something was there
  or the source has ended; afterwards what flows is read.
* ``resume`` is emitted after the source was asked and before anything flows.
* The source is asked for more in one tick, and again inside of that as long as it answers at once
  and there is room.
"""

from __future__ import annotations

from typing import Any, Protocol

from anynet.node._loop.runtime import Runtime
from anynet.node._streams.readable_state import ReadableState


class ReadingStream(Protocol):
    """The stream, as far as its ticks need it."""

    readable_state: ReadableState
    runtime: Runtime
    _close_emitted: bool
    _destroyed: bool
    _errored: BaseException | None

    @property
    def constructed(self) -> bool: ...

    def emit(self, name: str, /, *args: Any) -> bool: ...

    def read(self, size: float | None = None, /) -> Any: ...

    def _reading_ended(self) -> None: ...


def announce_readable(stream: ReadingStream) -> None:
    """Emit ``readable`` in the next tick."""
    if stream.readable_state.claim_readable():
        stream.runtime.next_tick(emit_readable, stream)


def emit_readable(stream: ReadingStream) -> None:
    state = stream.readable_state
    if not stream._destroyed and stream._errored is None and (state.length or state.ended):
        stream.emit("readable")
        state.readable_emitted()
    if not state.flowing and not state.ended and state.length <= state.high_water_mark:
        state.expect_readable()
    while state.flowing and stream.read() is not None:
        pass


def emit_resume(stream: ReadingStream) -> None:
    """The tick of ``resume()``, of a ``data`` listener too: let flow what may."""
    state = stream.readable_state
    if not state.reading:
        stream.read(0)
    state.end_resume_tick()
    stream.emit("resume")
    while state.flowing and stream.read() is not None:
        pass
    if state.flowing and not state.reading:
        stream.read(0)


def maybe_read_more(stream: ReadingStream) -> None:
    """Ask the source for more in the next tick, unless it is still to answer."""
    if stream.constructed and stream.readable_state.claim_more_tick():
        stream.runtime.next_tick(_read_more, stream)


def _read_more(stream: ReadingStream) -> None:
    state = stream.readable_state
    while state.has_room():
        before = state.length
        stream.read(0)
        if state.length == before:
            break
    state.end_more_tick()


def end_readable(stream: ReadingStream) -> None:
    """Emit ``end`` in the next tick: a read has found nothing left."""
    state = stream.readable_state
    if not state.end_emitted:
        state.mark_ended()
        stream.runtime.next_tick(emit_end, stream)


def emit_end(stream: ReadingStream) -> None:
    state = stream.readable_state
    # What was put back in the meantime holds the end back, as does an error.
    if stream._errored is None and not (stream._close_emitted or state.end_emitted or state.length):
        state.note_end_emitted()
        stream.emit("end")
        stream._reading_ended()
