"""The end of a writing side as a table, and two sides joined, without a stream or a runtime."""

from __future__ import annotations

import itertools

import pytest

from anynet.node._streams.flow import FlowEvent
from anynet.node._streams.options import StreamOptions
from anynet.node._streams.readable_state import ReadableState
from anynet.node._streams.writable_state import WritableState
from anynet.node._streams.write_end import END_CHANGES, ENDS, WriteEnd, WriteEvent, WriteOutcome

END, WRITTEN, PLAIN = WriteEvent.END, WriteEvent.WRITTEN, WriteEvent.WRITTEN_WITHOUT_FINAL
DONE, SETTLED, TICK = WriteEvent.FINAL_DONE, WriteEvent.SETTLED, WriteEvent.TICK
DESTROY, CONSTRUCTED = WriteEvent.DESTROY, WriteEvent.SETTLED_BY_CONSTRUCTION
FINAL, PREFINISH = WriteOutcome.CALL_FINAL, WriteOutcome.EMIT_PREFINISH
SCHEDULE, FINISH = WriteOutcome.SCHEDULE_FINISH, WriteOutcome.FINISH

#: Events from the beginning, the state that they lead to, and all that the stream does meanwhile.
WAYS: list[tuple[list[WriteEvent], WriteEnd, list[WriteOutcome]]] = [
    ([END], WriteEnd.ENDING, []),
    ([END, SETTLED], WriteEnd.ENDING, []),
    ([END, PLAIN], WriteEnd.PREFINISHED, [PREFINISH]),
    ([END, PLAIN, SETTLED], WriteEnd.PREFINISHED, [PREFINISH, SCHEDULE]),
    ([END, PLAIN, SETTLED, TICK], WriteEnd.FINISHED, [PREFINISH, SCHEDULE, FINISH]),
    ([END, PLAIN, CONSTRUCTED], WriteEnd.FINISHED, [PREFINISH, FINISH]),
    ([END, WRITTEN, DONE, CONSTRUCTED], WriteEnd.FINISHING, [FINAL, PREFINISH, SCHEDULE]),
    ([END, WRITTEN], WriteEnd.FINALIZING, [FINAL]),
    ([END, WRITTEN, SETTLED], WriteEnd.FINALIZING, [FINAL]),
    ([END, WRITTEN, DONE], WriteEnd.FINISHING, [FINAL, PREFINISH, SCHEDULE]),
    ([END, WRITTEN, DONE, SETTLED], WriteEnd.FINISHING, [FINAL, PREFINISH, SCHEDULE]),
    ([END, WRITTEN, DONE, TICK], WriteEnd.FINISHED, [FINAL, PREFINISH, SCHEDULE, FINISH]),
    ([DESTROY], WriteEnd.DESTROYED, []),
    ([DESTROY, END, PLAIN, SETTLED, TICK], WriteEnd.DESTROYED, []),
    ([END, DESTROY, PLAIN], WriteEnd.DESTROYED, []),
    ([END, WRITTEN, DESTROY, DONE, TICK], WriteEnd.DESTROYED, [FINAL]),
    ([END, PLAIN, SETTLED, DESTROY, TICK], WriteEnd.DESTROYED, [PREFINISH, SCHEDULE]),
    # The exception: once _final has succeeded, 'finish' comes whatever happens.
    (
        [END, WRITTEN, DONE, DESTROY, TICK],
        WriteEnd.FINISHED,
        [FINAL, PREFINISH, SCHEDULE, FINISH],
    ),
    ([END, PLAIN, SETTLED, TICK, DESTROY], WriteEnd.FINISHED, [PREFINISH, SCHEDULE, FINISH]),
]


@pytest.mark.parametrize(("events", "expected", "performed"), WAYS)
def test_a_way_through_the_table(
    events: list[WriteEvent], expected: WriteEnd, performed: list[WriteOutcome]
) -> None:
    end = WriteEnd.OPEN
    outcomes: list[WriteOutcome] = []
    for event in events:
        end, more = ENDS[end][event]
        outcomes += more
    assert (end, outcomes) == (expected, performed)


def test_what_has_no_row_changes_nothing() -> None:
    for end, event in itertools.product(WriteEnd, WriteEvent):
        if (end, event) not in END_CHANGES:
            assert ENDS[end][event] == (end, ())


def test_nothing_leads_out_of_the_end() -> None:
    assert {end for end, _ in END_CHANGES}.isdisjoint({WriteEnd.FINISHED, WriteEnd.DESTROYED})
    assert {end for end, _ in END_CHANGES.values()} == set(WriteEnd) - {WriteEnd.OPEN}


# -- two sides joined ------------------------------------------------------------------------------


class Joined:
    """What one stream writes is what another reads; nothing but their two states."""

    def __init__(self, *, mark: int = 4) -> None:
        options = StreamOptions(readable_high_water_mark=mark, writable_high_water_mark=mark)
        self.writing = WritableState(options)
        self.reading = ReadableState(options)
        self.read: list[bytes | str] = []
        self.called: list[object] = []

    def write(self, data: bytes) -> bool:
        self.writing.enqueue((data, len(data), self.called.append, "buffer"))
        self.turn()
        if self.writing.length < self.writing.high_water_mark:
            return True
        self.writing.note_full()
        return False

    def turn(self) -> None:
        """Move what can move: to the reader while it accepts more, to its listener if it flows."""
        self.listen()
        queue = self.writing.begin_flush()
        while queue and self.reading.accepts_more():
            self.reading.put(self.writing.begin_next_write(queue))
            self.writing.end_write()
            self.listen()
        self.writing.end_flush()

    def listen(self) -> None:
        while self.reading.flowing and self.reading.length:
            self.read.append(self.reading.take(self.reading.available(None)))

    def flow(self, event: FlowEvent) -> None:
        self.reading.advance(event)
        self.turn()

    def end(self, event: WriteEvent) -> WriteEnd:
        """Take a step, and let ``_final`` end the reader's source."""
        for outcome in self.writing.advance(event):
            if outcome is FINAL:
                self.reading.end_source()
        return self.writing.end


def test_the_reader_decides_when_the_writer_may_go_on() -> None:
    pair = Joined()
    assert pair.write(b"ab") and pair.write(b"cd"), "it waits at the reader"
    assert pair.write(b"ef") and not pair.write(b"gh"), "now it waits at the writer"
    assert pair.read == [] and pair.writing.length == 4
    pair.flow(FlowEvent.RESUME)
    assert pair.read == [b"ab", b"cd", b"ef", b"gh"]
    assert pair.writing.take_drain(destroyed=False)
    assert not pair.writing.take_drain(destroyed=False), "once"


def test_the_end_of_one_waits_for_the_flow_of_the_other() -> None:
    pair = Joined()
    pair.flow(FlowEvent.RESUME)
    pair.flow(FlowEvent.PAUSE)
    for data in (b"abcd", b"efgh"):
        pair.write(data)
    pair.writing.note_end()
    assert pair.writing.end is WriteEnd.ENDING and not pair.writing.is_idle()
    assert not pair.writing.can_write()
    pair.flow(FlowEvent.RESUME)
    assert pair.writing.is_idle() and not pair.reading.ended
    assert not pair.writing.take_drain(destroyed=False), "nobody may write any more"
    assert pair.end(WRITTEN) is WriteEnd.FINALIZING and pair.reading.ended
    assert pair.end(DONE) is WriteEnd.FINISHING
    assert pair.end(TICK) is WriteEnd.FINISHED and pair.writing.finished
    assert b"".join(each for each in pair.read if isinstance(each, bytes)) == b"abcdefgh"


def test_a_reader_that_is_read_by_hand_takes_part_by_part() -> None:
    pair = Joined()
    pair.flow(FlowEvent.READABLE_LISTENER)
    pair.write(b"abc")
    pair.write(b"def")
    assert pair.reading.available(4) == 4 and pair.reading.take(4) == b"abcd"
    assert pair.reading.available(4) == 0, "not before the end"
    pair.reading.end_source()
    assert pair.reading.available(4) == 2 and pair.reading.take(2) == b"ef"


def test_what_the_reader_never_took_is_reported_to_the_writer() -> None:
    pair = Joined()
    errors: list[str] = []
    for data in (b"abcd", b"efgh"):
        pair.write(data)
    pair.writing.add_finish_callback(lambda error: errors.append(error.code))
    pair.called.clear()
    pair.writing.break_off()
    assert pair.writing.end is WriteEnd.DESTROYED and pair.writing.has_callbacks()
    pair.writing.fail_callbacks(None)
    assert [getattr(error, "code", None) for error in pair.called] == ["ERR_STREAM_DESTROYED"]
    assert errors == ["ERR_STREAM_DESTROYED"]
    assert pair.writing.length == 0 and not pair.writing.has_callbacks()
