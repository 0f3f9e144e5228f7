"""How the writing side of a stream ends, as a table without I/O.

Rules that live here, each Node's:

* ``end()`` finishes nothing by itself: first everything written must be out (``WRITTEN``), then
  ``_final`` has to succeed, then ``prefinish`` is emitted, and a tick later ``finish``.
* A sink without ``_final`` emits ``prefinish`` as soon as everything is out, but schedules
  ``finish`` only when all callbacks of writes have been called (``SETTLED``). Nothing is scheduled
  for a sink whose construction was all that the end waited for: its ``finish`` comes at once.
* A destroyed or failed stream never finishes, with one exception that Node has (tried with
  25.8.1 and 26.12.1): once ``_final`` has succeeded, ``finish`` comes even if the stream is
  destroyed before it, and then after ``close``.

``END_CHANGES`` is the whole of it: a pair of state and event that has no row changes nothing.
``ENDS`` has a row for those too.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias


class WriteEnd(Enum):
    """How far the end of writing has come."""

    #: Writes are accepted.
    OPEN = "open"
    #: ``end()`` was called; what was written before is on its way.
    ENDING = "ending"
    #: Everything is out, ``_final`` is at work.
    FINALIZING = "finalizing"
    #: Without ``_final``: everything is out and ``prefinish`` emitted; callbacks may be pending.
    PREFINISHED = "prefinished"
    #: ``_final`` has succeeded: ``finish`` comes in a tick, whatever happens until then.
    FINISHING = "finishing"
    #: Set just before ``finish`` is emitted; or there is no writing side.
    FINISHED = "finished"
    #: Destroyed, or failed, before it was finished.
    DESTROYED = "destroyed"

    # The hash of Enum is a Python function; this one is a slot, so that a row is found ten times
    # faster. Members are singletons, so it agrees with ``==``.
    if not TYPE_CHECKING:
        __hash__ = object.__hash__


class WriteEvent(Enum):
    """What may bring the end nearer, or make it impossible."""

    END = "end()"
    WRITTEN = "everything written, there is _final"
    WRITTEN_WITHOUT_FINAL = "everything written, no _final"
    FINAL_DONE = "_final has succeeded"
    SETTLED = "no callback is pending"
    SETTLED_BY_CONSTRUCTION = "constructed, no callback is pending"
    TICK = "the tick of finish"
    DESTROY = "destroyed or failed"

    if not TYPE_CHECKING:
        __hash__ = object.__hash__


class WriteOutcome(Enum):
    """What the stream has to do, in the order of the row."""

    CALL_FINAL = "call _final"
    EMIT_PREFINISH = "emit prefinish"
    #: A tick that counts as a pending callback, so that it is scheduled once.
    SCHEDULE_FINISH = "schedule finish"
    #: The callbacks of ``end()``, then ``finish``.
    FINISH = "call back, emit finish"


WriteOutcomes: TypeAlias = tuple[WriteOutcome, ...]
WriteRow: TypeAlias = tuple[WriteEnd, WriteOutcomes]

#: From (state, event) to (state, outcomes), where something changes.
END_CHANGES: Mapping[tuple[WriteEnd, WriteEvent], WriteRow] = {
    (WriteEnd.OPEN, WriteEvent.END): (WriteEnd.ENDING, ()),
    (WriteEnd.ENDING, WriteEvent.WRITTEN): (WriteEnd.FINALIZING, (WriteOutcome.CALL_FINAL,)),
    (WriteEnd.ENDING, WriteEvent.WRITTEN_WITHOUT_FINAL): (
        WriteEnd.PREFINISHED,
        (WriteOutcome.EMIT_PREFINISH,),
    ),
    (WriteEnd.FINALIZING, WriteEvent.FINAL_DONE): (
        WriteEnd.FINISHING,
        (WriteOutcome.EMIT_PREFINISH, WriteOutcome.SCHEDULE_FINISH),
    ),
    (WriteEnd.PREFINISHED, WriteEvent.SETTLED): (
        WriteEnd.PREFINISHED,
        (WriteOutcome.SCHEDULE_FINISH,),
    ),
    (WriteEnd.PREFINISHED, WriteEvent.SETTLED_BY_CONSTRUCTION): (
        WriteEnd.FINISHED,
        (WriteOutcome.FINISH,),
    ),
    (WriteEnd.PREFINISHED, WriteEvent.TICK): (WriteEnd.FINISHED, (WriteOutcome.FINISH,)),
    (WriteEnd.FINISHING, WriteEvent.TICK): (WriteEnd.FINISHED, (WriteOutcome.FINISH,)),
    (WriteEnd.OPEN, WriteEvent.DESTROY): (WriteEnd.DESTROYED, ()),
    (WriteEnd.ENDING, WriteEvent.DESTROY): (WriteEnd.DESTROYED, ()),
    (WriteEnd.FINALIZING, WriteEvent.DESTROY): (WriteEnd.DESTROYED, ()),
    (WriteEnd.PREFINISHED, WriteEvent.DESTROY): (WriteEnd.DESTROYED, ()),
}

#: The same for all states and events, so that a step is a look-up.
ENDS: Mapping[WriteEnd, Mapping[WriteEvent, WriteRow]] = {
    end: {event: END_CHANGES.get((end, event), (end, ())) for event in WriteEvent}
    for end in WriteEnd
}
