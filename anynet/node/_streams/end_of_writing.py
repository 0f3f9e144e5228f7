"""Performs the end of a writing side, step by step as the table in ``write_end`` says.

Rules that live here, each Node's: ``finish`` comes a tick after ``prefinish``, so that what a
listener to that still does is done before (but at once if the end waited for ``_construct`` alone);
an error that ``_final`` reports at once is emitted a tick later, outside of the call of ``end()``,
and one that it reports later is emitted at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from anynet.node._errors.errors import multiple_callback
from anynet.node._streams.stream import Stream
from anynet.node._streams.write_end import WriteEnd, WriteEvent, WriteOutcome

#: ``_final`` of a stream that has one.
Final: TypeAlias = Callable[..., object] | None

# Looking a member up in its class is a call of a Python function in Python 3.11.
_ENDING, _PREFINISHED = WriteEnd.ENDING, WriteEnd.PREFINISHED
_CALL_FINAL, _EMIT_PREFINISH = WriteOutcome.CALL_FINAL, WriteOutcome.EMIT_PREFINISH
_SCHEDULE_FINISH = WriteOutcome.SCHEDULE_FINISH
_WRITTEN, _WRITTEN_WITHOUT_FINAL = WriteEvent.WRITTEN, WriteEvent.WRITTEN_WITHOUT_FINAL
_FINAL_DONE, _SETTLED, _TICK = WriteEvent.FINAL_DONE, WriteEvent.SETTLED, WriteEvent.TICK
_SETTLED_BY_CONSTRUCTION = WriteEvent.SETTLED_BY_CONSTRUCTION


def finish_maybe(stream: Stream, final: Final, *, constructed: bool = False) -> None:
    """Go as far towards the end as what is written and called back for allows.

    ``constructed``: the stream has been constructed just now.
    """
    state = stream.writable_state
    if not state.end_called or not state.is_idle() or stream._construction is not None:
        return
    if state.end is _ENDING:
        _advance(stream, _WRITTEN_WITHOUT_FINAL if final is None else _WRITTEN, final)
    if state.end is _PREFINISHED and not state.pending_callbacks:
        _advance(stream, _SETTLED_BY_CONSTRUCTION if constructed else _SETTLED, final)


def final_done(stream: Stream) -> None:
    """``_final`` has succeeded, of a stream that has gone up to there in another way."""
    _advance(stream, _FINAL_DONE, None)


def _advance(stream: Stream, event: WriteEvent, final: Final) -> None:
    state = stream.writable_state
    for outcome in state.advance(event):
        if outcome is _CALL_FINAL and final is not None:
            _call_final(stream, final)
        elif outcome is _EMIT_PREFINISH:
            stream.emit("prefinish")
        elif outcome is _SCHEDULE_FINISH:
            state.add_callback()
            stream.runtime.next_tick(_finish_tick, stream)
        else:
            state.call_finish_callbacks(None)
            stream.emit("finish")
            stream._destroy_if_over()


def _finish_tick(stream: Stream) -> None:
    stream.writable_state.drop_callback()
    _advance(stream, _TICK, None)


def _call_final(stream: Stream, final: Callable[..., object]) -> None:
    called, inside = False, True

    def callback(error: BaseException | None = None) -> None:
        nonlocal called
        if called:
            stream._error_or_destroy(error or multiple_callback())
            return
        called = True
        if error is None:
            _advance(stream, _FINAL_DONE, final)
        else:
            stream.writable_state.call_finish_callbacks(error)
            stream._error_or_destroy(error, later=inside)

    try:
        final(callback)
    except Exception as error:
        callback(error)
    inside = False
