"""What a stream knows about its writing side, and every change of it; nothing here does I/O.

Rules that live here, each Node's:

* One write is under way at a time; the others wait in ``queue``. All of them count towards the
  mark until they are done.
* ``drain`` is due once a write was answered with False, when nothing at all is left to write.
* Callbacks of writes that were done at once wait for a tick, and the same callback, given again
  and again, shares one tick; a write without a callback needs a tick only for ``drain``
  (:meth:`needs_tick`). ``finish`` waits until no callback is pending.

The stream calls these methods and does what they answer; ``end`` changes by the table in
``write_end`` only. For speed the stream reads attributes, but it writes none, with one exception:
the way of a packet in ``Writable.write``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from anynet.node._errors.errors import stream_destroyed
from anynet.node._streams.options import StreamOptions
from anynet.node._streams.write_end import ENDS, WriteEnd, WriteEvent, WriteOutcomes

WriteCallback: TypeAlias = Callable[..., object] | None
#: A chunk, what it counts towards the high-water mark, and its encoding.
Written: TypeAlias = tuple[Any, int, "str | None"]
#: The same, with its callback.
Entry: TypeAlias = tuple[Any, int, WriteCallback, "str | None"]

# Looking a member up in its class is a call of a Python function in Python 3.11.
_OPEN, _FINALIZING, _FINISHED = WriteEnd.OPEN, WriteEnd.FINALIZING, WriteEnd.FINISHED
_END, _DESTROY, _TICK = WriteEvent.END, WriteEvent.DESTROY, WriteEvent.TICK
_WRITTEN, _FINAL_DONE = WriteEvent.WRITTEN, WriteEvent.FINAL_DONE


class SharedTick:
    """Writes done at once that have the same callback, and so share one tick."""

    __slots__ = ("callback", "count")

    def __init__(self, callback: Callable[..., object]) -> None:
        self.callback: Callable[..., object] = callback
        self.count: int = 1


class WritableState:
    """The writing side of a stream."""

    __slots__ = (
        "after_write_scheduled",
        "allow_half_open",
        "corked",
        "counts_characters",
        "default_encoding",
        "end",
        "end_called",
        "finish_callbacks",
        "flushing",
        "held_back",
        "high_water_mark",
        "keeps_strings",
        "length",
        "need_drain",
        "objects",
        "pending_callbacks",
        "plain",
        "queue",
        "shared_tick",
        "sync",
        "writable",
        "writing",
        "writing_callback",
        "writing_encoding",
        "writing_length",
    )

    def __init__(self, options: StreamOptions) -> None:
        self.high_water_mark: int = options.writable_high_water_mark
        self.default_encoding: str = options.default_encoding
        self.counts_characters: bool = options.counts_characters
        #: Object mode: what is written is anything but None, and each counts one.
        self.objects: bool = options.writable_objects
        #: Strings are written as they are.
        self.keeps_strings: bool = not options.decode_strings
        #: False: there is no such side.
        self.writable: bool = options.writable
        self.end: WriteEnd = _OPEN if options.writable else _FINISHED
        #: Whether it stays open when the reading side beside it has ended.
        self.allow_half_open: bool = options.allow_half_open
        #: Kept beside ``end``, since it outlives being destroyed.
        self.end_called: bool = not options.writable
        #: What was accepted and is not written yet, of it ``writing_length`` under way.
        self.length: int = 0
        self.queue: deque[Entry] | None = None
        self.writing: bool = False
        self.writing_length: int = 0
        self.writing_callback: WriteCallback = None
        #: As the sink is to hear it; of bytes always "buffer".
        self.writing_encoding: str | None = "buffer"
        #: The write under way is still inside the call that began it.
        self.sync: bool = True
        self.flushing: bool = False
        self.corked: int = 0
        #: Bytes that are written while nothing is under way need no more than to be dispatched: no
        #: cork, no construction, no counting of objects. One flag, as each packet asks for it.
        self.plain: bool = options.decode_strings and not options.writable_objects
        #: The sink is not ready: all that is written waits.
        self.held_back: bool = False
        self.need_drain: bool = False
        #: Callbacks of ``end()``.
        self.finish_callbacks: list[Callable[..., object]] | None = None
        #: How many callbacks, and ticks, have to come before ``finish``.
        self.pending_callbacks: int = 0
        #: A tick is on its way that looks after ``drain`` and ``finish``.
        self.after_write_scheduled: bool = False
        self.shared_tick: SharedTick | None = None

    # -- the end --------------------------------------------------------------------------------

    def advance(self, event: WriteEvent) -> WriteOutcomes:
        """Take one step of the table; what the stream has to do."""
        self.end, outcomes = ENDS[self.end][event]
        return outcomes

    def note_end(self) -> None:
        """``end()`` was called, for the first time."""
        self.end_called = True
        self.end = ENDS[self.end][_END][0]

    def begin_final(self) -> None:
        """``end()`` was called, nothing is left to write, and ``_final`` is called."""
        self.end_called = True
        self.end = ENDS[ENDS[self.end][_END][0]][_WRITTEN][0]

    def finish_at_once(self) -> None:
        """``_final`` has succeeded, and ``finish`` was emitted, to nobody."""
        self.end = ENDS[ENDS[self.end][_FINAL_DONE][0]][_TICK][0]

    def break_off(self) -> None:
        """The stream was destroyed, or has failed."""
        self.end = ENDS[self.end][_DESTROY][0]

    def mark_absent(self) -> None:
        """The stream has no writing side."""
        self.writable = False
        self.end_called, self.end = True, _FINISHED

    def set_writable(self, value: bool) -> None:
        """What a program sets by ``stream.writable = value``."""
        self.writable = value

    def set_allow_half_open(self, value: bool) -> None:
        """What a program sets by ``stream.allowHalfOpen = value``."""
        self.allow_half_open = value

    def reset(self) -> None:
        """Begin again; what is still under way or pending is kept."""
        self.end_called = not self.writable
        self.end = _OPEN if self.writable else _FINISHED

    @property
    def finished(self) -> bool:
        """Whether ``finish`` was emitted, or is about to be."""
        return self.end is _FINISHED

    def can_write(self) -> bool:
        return self.writable and self.end is _OPEN

    def is_idle(self) -> bool:
        """Whether everything that was accepted is written."""
        return not (self.length or self.writing or self.flushing or self.queue)

    def is_settled(self) -> bool:
        """Whether no callback of a write or of ``_final`` is under way or to come."""
        return not (self.writing or self.queue or self.pending_callbacks or self.end is _FINALIZING)

    def add_finish_callback(self, callback: Callable[..., object]) -> None:
        self.finish_callbacks = [*(self.finish_callbacks or ()), callback]

    def call_finish_callbacks(self, error: BaseException | None) -> None:
        callbacks, self.finish_callbacks = self.finish_callbacks or (), None
        for callback in callbacks:
            callback(error)

    def has_callbacks(self) -> bool:
        """Whether a caller waits to hear of a write, or of the end."""
        return bool(self.queue or self.finish_callbacks)

    def fail_callbacks(self, error: BaseException | None) -> None:
        """Call all of them with ``error``, unless a write is still under way.

        None stands for the error of a stream that was destroyed.
        """
        if self.writing:
            return
        while self.queue:
            _, length, callback, _ = self.queue.popleft()
            self.length -= length
            if callback is not None:
                callback(stream_destroyed("write") if error is None else error)
        self.call_finish_callbacks(stream_destroyed("end") if error is None else error)

    # -- writing --------------------------------------------------------------------------------

    def begin_new_write(self, length: int, callback: WriteCallback, encoding: str | None) -> None:
        """Accept a write and begin it at once."""
        self.length += length
        self.writing_length = length
        self.writing_callback = callback
        self.writing_encoding = encoding
        self.writing = self.sync = True

    def begin_next_write(self, queue: deque[Entry]) -> Any:
        """Begin the first write that waits; its chunk."""
        data, self.writing_length, self.writing_callback, self.writing_encoding = queue.popleft()
        self.writing = self.sync = True
        return data

    def begin_batch(self) -> Sequence[Entry]:
        """Begin one write of all that waits, with one callback for all."""
        queue, self.queue = self.queue or (), None
        callbacks = [callback for _, _, callback, _ in queue if callback is not None]

        def call_all(error: BaseException | None = None) -> None:
            for callback in callbacks:
                callback(error)

        # What is under way counts in `length`, and when a batch begins nothing is.
        self.writing_length = self.length
        self.writing_callback = call_all if callbacks else None
        self.writing = self.sync = True
        return queue

    def leave_write(self) -> None:
        """The call that began the write is over; the write may not be."""
        self.sync = False

    def end_write(self) -> WriteCallback:
        """The write is done, or has failed; its callback, which is pending now."""
        callback = self.writing_callback
        self.writing = False
        self.writing_callback = None
        self.length -= self.writing_length
        self.writing_length = 0
        self.pending_callbacks += 1
        return callback

    def enqueue(self, entry: Entry) -> None:
        """Accept a write that has to wait."""
        if self.queue is None:
            self.queue = deque()
        self.queue.append(entry)
        self.length += entry[1]

    def note_full(self) -> None:
        """A write was answered with False."""
        self.need_drain = True

    def begin_flush(self) -> deque[Entry] | None:
        """The queue, if it may be written now."""
        if not self.queue or self.corked or self.flushing:
            return None
        self.flushing = True
        return self.queue

    def end_flush(self) -> None:
        self.flushing = False
        if not self.queue:
            self.queue = None

    def pending_size(self) -> int:
        """How many bytes were accepted and are not even under way."""
        return sum(len(data) for data, *_ in self.queue or ())

    def cork(self) -> None:
        self.corked += 1
        self.plain = False

    def uncork(self, *, entirely: bool = False) -> bool:
        """Take one cork out, or all; whether the queue may flow now."""
        if not self.corked:
            return False
        self.corked = 0 if entirely else self.corked - 1
        self._review_plain()
        return not self.writing

    def hold_back(self) -> None:
        """The sink is not ready."""
        self.held_back = True
        self._review_plain()

    def let_through(self) -> None:
        """The sink is ready."""
        self.held_back = False
        self._review_plain()

    def _review_plain(self) -> None:
        waits = self.corked or self.held_back
        self.plain = not (waits or self.objects or self.keeps_strings)

    def set_default_encoding(self, encoding: str) -> None:
        self.default_encoding = encoding

    # -- after a write --------------------------------------------------------------------------

    def add_callback(self) -> None:
        """Something more has to come before ``finish``."""
        self.pending_callbacks += 1

    def drop_callback(self) -> None:
        self.pending_callbacks -= 1

    def share_tick(self, callback: Callable[..., object]) -> SharedTick | None:
        """The tick to schedule for ``callback``; None: it joins one that is on its way."""
        shared = self.shared_tick
        if shared is not None and shared.callback == callback:
            shared.count += 1
            return None
        self.shared_tick = shared = SharedTick(callback)
        self.after_write_scheduled = True
        return shared

    def needs_tick(self, destroyed: bool) -> bool:
        """Whether a write without a callback, done at once, has to schedule a tick."""
        # In object mode always, as in Node: so its 'finish' is a tick later than with bytes.
        due = destroyed or self.objects or (self.need_drain and not self.length)
        if self.after_write_scheduled or not due:
            return False
        self.after_write_scheduled = True
        return True

    def end_shared_tick(self) -> None:
        self.shared_tick = None

    def take_drain(self, destroyed: bool) -> bool:
        """A tick after a write runs; whether it has to emit ``drain``."""
        self.after_write_scheduled = False
        if not self.need_drain or self.length or self.end_called or destroyed:
            return False
        self.need_drain = False
        return True
