"""Whether a stream flows: who takes its chunks, as a table without I/O.

Rules that live here, each Node's:

* Nothing flows before it is asked for (``UNDECIDED``), and the first to ask decides: a ``data``
  listener lets it flow, a ``readable`` listener reads by itself.
* ``pause()`` is stronger than a ``data`` listener that comes later, but not than a ``readable``
  listener that leaves: with the last one gone the flow is decided anew, in the next tick
  (:func:`review`), so that a listener may be replaced by another without a chunk in between.
* ``resume()`` never delivers from inside its call: it schedules a tick. The state changes at once,
  because what is pushed before that tick already goes to the ``data`` listeners.
* Once the stream is destroyed, what a program asks for changes nothing (since Node 26;
  :data:`IGNORED_ONCE_DESTROYED`); a tick that was scheduled before still comes.

``FLOW_CHANGES`` is the whole of it: a pair of state and event that has no row changes nothing.
``FLOWS`` has a row for those too.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias


class Flow(Enum):
    """Who takes what arrives, and what ``readableFlowing`` shows of that."""

    #: Not asked for yet: chunks wait.
    UNDECIDED = ("undecided", None)
    #: The same, and a ``readable`` listener that was prepended, which asks for nothing, was found.
    UNDECIDED_BESIDE_READABLE = ("undecided beside readable listener", None)
    #: To the ``data`` listeners, or into nothing.
    FLOWING = ("flowing", True)
    #: Chunks wait for ``resume()``.
    PAUSED = ("paused", False)
    #: Chunks wait for the ``readable`` listener to call ``read()``.
    BY_READABLE_LISTENER = ("by readable listener", False)
    #: It flows although a ``readable`` listener is left. Tried with Node 25.8.1 and 26.12.1: it
    #: gets there when one of two such listeners is removed and ``resume()`` called in one tick.
    BESIDE_READABLE_LISTENER = ("beside readable listener", True)

    # The hash of Enum is a Python function; this one is a slot, so that a row is found ten times
    # faster. Members are singletons, so it agrees with ``==``.
    if not TYPE_CHECKING:
        __hash__ = object.__hash__

    def __init__(self, label: str, flowing: bool | None) -> None:
        self.label: str = label
        self.flowing: bool | None = flowing


class FlowEvent(Enum):
    """What may change the flow."""

    RESUME = "resume(), or data listeners are left"
    PAUSE = "pause()"
    DATA_LISTENER = "on('data')"
    #: It does not take the flow from a ``readable`` listener, not even from one that was prepended.
    DATA_BESIDE_READABLE = "on('data') beside a readable listener"
    READABLE_LISTENER = "on('readable')"
    #: One that was prepended does not stop the flow by itself: it is found later.
    LISTENER_FOUND = "a readable listener is found"
    LISTENER_GONE = "no readable listener is left"
    #: Listeners were reviewed while the tick of a ``resume()`` was under way.
    FLOW_AT_RESUME = "review before the tick of resume()"
    FORGET = "review without any listener"

    if not TYPE_CHECKING:
        __hash__ = object.__hash__


class FlowOutcome(Enum):
    """What the stream has to do about it."""

    #: One tick that asks the source, emits ``resume`` and lets the buffer flow.
    SCHEDULE_RESUME = "schedule resume"
    EMIT_PAUSE = "emit pause"
    #: Announce to the new ``readable`` listener what is there, or ask the source in the next tick.
    ANNOUNCE = "announce readable"


FlowRow: TypeAlias = tuple[Flow, FlowOutcome | None]

#: From (state, event) to (state, outcome), where something changes.
FLOW_CHANGES: Mapping[tuple[Flow, FlowEvent], FlowRow] = {
    (Flow.UNDECIDED, FlowEvent.RESUME): (Flow.FLOWING, FlowOutcome.SCHEDULE_RESUME),
    (Flow.UNDECIDED, FlowEvent.PAUSE): (Flow.PAUSED, FlowOutcome.EMIT_PAUSE),
    (Flow.UNDECIDED, FlowEvent.DATA_LISTENER): (Flow.FLOWING, FlowOutcome.SCHEDULE_RESUME),
    (Flow.UNDECIDED, FlowEvent.DATA_BESIDE_READABLE): (
        Flow.BY_READABLE_LISTENER,
        FlowOutcome.SCHEDULE_RESUME,
    ),
    (Flow.UNDECIDED, FlowEvent.READABLE_LISTENER): (
        Flow.BY_READABLE_LISTENER,
        FlowOutcome.ANNOUNCE,
    ),
    (Flow.UNDECIDED, FlowEvent.LISTENER_FOUND): (Flow.UNDECIDED_BESIDE_READABLE, None),
    (Flow.UNDECIDED, FlowEvent.FLOW_AT_RESUME): (Flow.FLOWING, None),
    (Flow.UNDECIDED_BESIDE_READABLE, FlowEvent.RESUME): (
        Flow.BY_READABLE_LISTENER,
        FlowOutcome.SCHEDULE_RESUME,
    ),
    (Flow.UNDECIDED_BESIDE_READABLE, FlowEvent.PAUSE): (
        Flow.BY_READABLE_LISTENER,
        FlowOutcome.EMIT_PAUSE,
    ),
    (Flow.UNDECIDED_BESIDE_READABLE, FlowEvent.DATA_BESIDE_READABLE): (
        Flow.BY_READABLE_LISTENER,
        FlowOutcome.SCHEDULE_RESUME,
    ),
    (Flow.UNDECIDED_BESIDE_READABLE, FlowEvent.FLOW_AT_RESUME): (
        Flow.BESIDE_READABLE_LISTENER,
        None,
    ),
    (Flow.UNDECIDED_BESIDE_READABLE, FlowEvent.LISTENER_GONE): (Flow.UNDECIDED, None),
    (Flow.FLOWING, FlowEvent.PAUSE): (Flow.PAUSED, FlowOutcome.EMIT_PAUSE),
    (Flow.FLOWING, FlowEvent.READABLE_LISTENER): (
        Flow.BY_READABLE_LISTENER,
        FlowOutcome.ANNOUNCE,
    ),
    (Flow.FLOWING, FlowEvent.DATA_BESIDE_READABLE): (Flow.BESIDE_READABLE_LISTENER, None),
    (Flow.FLOWING, FlowEvent.LISTENER_FOUND): (Flow.BESIDE_READABLE_LISTENER, None),
    (Flow.FLOWING, FlowEvent.FORGET): (Flow.UNDECIDED, None),
    (Flow.PAUSED, FlowEvent.RESUME): (Flow.FLOWING, FlowOutcome.SCHEDULE_RESUME),
    (Flow.PAUSED, FlowEvent.READABLE_LISTENER): (
        Flow.BY_READABLE_LISTENER,
        FlowOutcome.ANNOUNCE,
    ),
    (Flow.PAUSED, FlowEvent.DATA_BESIDE_READABLE): (Flow.BY_READABLE_LISTENER, None),
    (Flow.PAUSED, FlowEvent.LISTENER_FOUND): (Flow.BY_READABLE_LISTENER, None),
    (Flow.PAUSED, FlowEvent.FLOW_AT_RESUME): (Flow.FLOWING, None),
    (Flow.PAUSED, FlowEvent.FORGET): (Flow.UNDECIDED, None),
    # resume() beside a 'readable' listener emits 'resume' and asks the source, but nothing flows.
    (Flow.BY_READABLE_LISTENER, FlowEvent.RESUME): (
        Flow.BY_READABLE_LISTENER,
        FlowOutcome.SCHEDULE_RESUME,
    ),
    (Flow.BY_READABLE_LISTENER, FlowEvent.LISTENER_GONE): (Flow.PAUSED, None),
    (Flow.BY_READABLE_LISTENER, FlowEvent.FLOW_AT_RESUME): (Flow.BESIDE_READABLE_LISTENER, None),
    (Flow.BESIDE_READABLE_LISTENER, FlowEvent.PAUSE): (
        Flow.BY_READABLE_LISTENER,
        FlowOutcome.EMIT_PAUSE,
    ),
    (Flow.BESIDE_READABLE_LISTENER, FlowEvent.LISTENER_GONE): (Flow.FLOWING, None),
}

#: The same for all states and events, so that a step is a look-up: in two dictionaries, since one
#: with pairs for keys takes four times as long (measured: 160 against 37 ns), and pipes pause and
#: resume for each part that they move.
FLOWS: Mapping[Flow, Mapping[FlowEvent, FlowRow]] = {
    flow: {event: FLOW_CHANGES.get((flow, event), (flow, None)) for event in FlowEvent}
    for flow in Flow
}

#: What a destroyed stream does not heed.
IGNORED_ONCE_DESTROYED = frozenset(
    {
        FlowEvent.PAUSE,
        FlowEvent.RESUME,
        FlowEvent.DATA_LISTENER,
        FlowEvent.DATA_BESIDE_READABLE,
    }
)


def review(
    *, readable_listeners: bool, data_listeners: bool, resume_scheduled: bool, paused: bool | None
) -> list[FlowEvent]:
    """What follows from the listeners that are left a tick after some were removed.

    ``paused`` is the program's last word: True for ``pause()``, False for ``resume()``.
    """
    events = [FlowEvent.LISTENER_FOUND if readable_listeners else FlowEvent.LISTENER_GONE]
    if resume_scheduled and paused is False:
        # Otherwise the tick of that resume() would find nothing that flows.
        events.append(FlowEvent.FLOW_AT_RESUME)
    elif data_listeners:
        events.append(FlowEvent.RESUME)
    elif not readable_listeners:
        events.append(FlowEvent.FORGET)
    return events


#: How each value of ``readableFlowing`` is called with and without a ``readable`` listener.
_SHOWN = (
    {
        None: Flow.UNDECIDED_BESIDE_READABLE,
        True: Flow.BESIDE_READABLE_LISTENER,
        False: Flow.BY_READABLE_LISTENER,
    },
    {None: Flow.UNDECIDED, True: Flow.FLOWING, False: Flow.PAUSED},
)


def shown_flow(before: Flow, flowing: bool | None) -> Flow:
    """The state that a program asks for by setting ``readableFlowing``."""
    beside, alone = _SHOWN
    return (beside if before in beside.values() else alone)[flowing]
