"""The flow of a reading side as a table: rows of events, without a stream or a runtime."""

from __future__ import annotations

import itertools

import pytest

from anynet.node._streams.flow import (
    FLOW_CHANGES,
    FLOWS,
    Flow,
    FlowEvent,
    FlowOutcome,
    review,
    shown_flow,
)

RESUME, PAUSE = FlowEvent.RESUME, FlowEvent.PAUSE
READABLE, FOUND, GONE = (
    FlowEvent.READABLE_LISTENER,
    FlowEvent.LISTENER_FOUND,
    FlowEvent.LISTENER_GONE,
)
AT_RESUME, FORGET = FlowEvent.FLOW_AT_RESUME, FlowEvent.FORGET
DATA, DATA_BESIDE = FlowEvent.DATA_LISTENER, FlowEvent.DATA_BESIDE_READABLE

#: Events from the beginning, the state that they lead to, what the last one makes the stream do.
WAYS: list[tuple[list[FlowEvent], Flow, FlowOutcome | None]] = [
    ([RESUME], Flow.FLOWING, FlowOutcome.SCHEDULE_RESUME),
    ([RESUME, RESUME], Flow.FLOWING, None),
    ([RESUME, PAUSE], Flow.PAUSED, FlowOutcome.EMIT_PAUSE),
    ([PAUSE], Flow.PAUSED, FlowOutcome.EMIT_PAUSE),
    ([PAUSE, PAUSE], Flow.PAUSED, None),
    ([PAUSE, RESUME], Flow.FLOWING, FlowOutcome.SCHEDULE_RESUME),
    ([READABLE], Flow.BY_READABLE_LISTENER, FlowOutcome.ANNOUNCE),
    ([RESUME, READABLE], Flow.BY_READABLE_LISTENER, FlowOutcome.ANNOUNCE),
    ([READABLE, READABLE], Flow.BY_READABLE_LISTENER, None),
    ([READABLE, RESUME], Flow.BY_READABLE_LISTENER, FlowOutcome.SCHEDULE_RESUME),
    ([READABLE, PAUSE], Flow.BY_READABLE_LISTENER, None),
    ([READABLE, GONE, FORGET], Flow.UNDECIDED, None),
    ([READABLE, GONE, RESUME], Flow.FLOWING, FlowOutcome.SCHEDULE_RESUME),
    ([READABLE, RESUME, GONE, AT_RESUME], Flow.FLOWING, None),
    ([READABLE, RESUME, FOUND, AT_RESUME], Flow.BESIDE_READABLE_LISTENER, None),
    ([READABLE, RESUME, FOUND, AT_RESUME, READABLE], Flow.BESIDE_READABLE_LISTENER, None),
    (
        [READABLE, RESUME, FOUND, AT_RESUME, PAUSE],
        Flow.BY_READABLE_LISTENER,
        FlowOutcome.EMIT_PAUSE,
    ),
    ([READABLE, RESUME, FOUND, AT_RESUME, GONE], Flow.FLOWING, None),
    ([RESUME, FOUND], Flow.BESIDE_READABLE_LISTENER, None),
    ([FOUND], Flow.UNDECIDED_BESIDE_READABLE, None),
    ([FOUND, READABLE], Flow.UNDECIDED_BESIDE_READABLE, None),
    ([FOUND, RESUME], Flow.BY_READABLE_LISTENER, FlowOutcome.SCHEDULE_RESUME),
    ([FOUND, PAUSE], Flow.BY_READABLE_LISTENER, FlowOutcome.EMIT_PAUSE),
    ([FOUND, DATA_BESIDE], Flow.BY_READABLE_LISTENER, FlowOutcome.SCHEDULE_RESUME),
    ([FOUND, AT_RESUME], Flow.BESIDE_READABLE_LISTENER, None),
    ([FOUND, GONE, FORGET], Flow.UNDECIDED, None),
    ([FOUND, GONE, DATA], Flow.FLOWING, FlowOutcome.SCHEDULE_RESUME),
    ([PAUSE, GONE, FORGET], Flow.UNDECIDED, None),
    ([RESUME, GONE, FORGET], Flow.UNDECIDED, None),
    ([DATA], Flow.FLOWING, FlowOutcome.SCHEDULE_RESUME),
    ([DATA, DATA], Flow.FLOWING, None),
    ([RESUME, DATA], Flow.FLOWING, None),
    ([PAUSE, DATA], Flow.PAUSED, None),
    ([READABLE, GONE, DATA], Flow.PAUSED, None),
    ([DATA_BESIDE], Flow.BY_READABLE_LISTENER, FlowOutcome.SCHEDULE_RESUME),
    ([READABLE, DATA_BESIDE], Flow.BY_READABLE_LISTENER, None),
    ([PAUSE, DATA_BESIDE], Flow.BY_READABLE_LISTENER, None),
    ([RESUME, DATA_BESIDE], Flow.BESIDE_READABLE_LISTENER, None),
    ([RESUME, DATA_BESIDE, DATA_BESIDE], Flow.BESIDE_READABLE_LISTENER, None),
]


@pytest.mark.parametrize("before", [[], [RESUME], [PAUSE], [READABLE], [RESUME, FOUND]])
def test_a_data_listener_resumes_what_was_not_stopped(before: list[FlowEvent]) -> None:
    """Its two events are short for finding the listeners, and for a resume unless stopped."""
    flow = Flow.UNDECIDED
    for event in before:
        flow = FLOWS[flow][event][0]
    for event, first in ((DATA, []), (DATA_BESIDE, [FOUND])):
        expected, outcome = flow, None
        for each in (*first, *([] if flow.flowing is False else [RESUME])):
            expected, outcome = FLOWS[expected][each]
        assert FLOWS[flow][event] == (expected, outcome)


@pytest.mark.parametrize(("events", "expected", "last"), WAYS)
def test_a_way_through_the_table(
    events: list[FlowEvent], expected: Flow, last: FlowOutcome | None
) -> None:
    flow, outcome = Flow.UNDECIDED, None
    for event in events:
        flow, outcome = FLOWS[flow][event]
    assert (flow, outcome) == (expected, last)


def test_what_has_no_row_changes_nothing() -> None:
    for flow, event in itertools.product(Flow, FlowEvent):
        if (flow, event) not in FLOW_CHANGES:
            assert FLOWS[flow][event] == (flow, None)


def test_every_row_says_something_and_every_state_is_reached() -> None:
    for (flow, _), (after, outcome) in FLOW_CHANGES.items():
        assert after is not flow or outcome is not None
    assert {after for after, _ in FLOW_CHANGES.values()} == set(Flow)


def test_only_a_pause_is_emitted_as_one() -> None:
    for (flow, event), (after, outcome) in FLOW_CHANGES.items():
        emits = outcome is FlowOutcome.EMIT_PAUSE
        assert emits == (event is PAUSE and flow.flowing is not False)
        assert not emits or after.flowing is False


#: Whether there are listeners left to 'readable' and to 'data', whether the tick of a resume() is
#: on its way, the program's last word, and the events that a review of the listeners makes.
REVIEWS: list[tuple[bool, bool, bool, bool | None, list[FlowEvent]]] = [
    (False, False, False, None, [GONE, FORGET]),
    (False, True, False, None, [GONE, RESUME]),
    (True, False, False, None, [FOUND]),
    (True, True, False, None, [FOUND, RESUME]),
    (False, False, True, False, [GONE, AT_RESUME]),
    (False, True, True, False, [GONE, AT_RESUME]),
    (True, False, True, False, [FOUND, AT_RESUME]),
    # resume(), then pause(): the tick of the first is still on its way.
    (False, False, True, True, [GONE, FORGET]),
    (False, True, True, True, [GONE, RESUME]),
    # A tick that is over counts for nothing.
    (False, False, False, False, [GONE, FORGET]),
]


@pytest.mark.parametrize(("readable", "data", "scheduled", "paused", "events"), REVIEWS)
def test_a_review_of_the_listeners(
    readable: bool, data: bool, scheduled: bool, paused: bool | None, events: list[FlowEvent]
) -> None:
    found = review(
        readable_listeners=readable,
        data_listeners=data,
        resume_scheduled=scheduled,
        paused=paused,
    )
    assert found == events


@pytest.mark.parametrize("before", Flow)
@pytest.mark.parametrize("flowing", [None, True, False])
def test_what_a_program_sets_is_what_it_sees(flowing: bool | None, before: Flow) -> None:
    shown = shown_flow(before, flowing)
    assert shown.flowing is flowing
    assert ("beside" in shown.label or "by readable" in shown.label) == (
        "beside" in before.label or "by readable" in before.label
    )
