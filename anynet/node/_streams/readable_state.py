"""What a stream knows about its reading side, and every change of it; nothing here does I/O.

Rules that live here, each Node's:

* A source is asked once (``reading``) and then left alone until it has answered.
* What arrives goes straight to the ``data`` listeners only while it flows, nothing waits before it,
  and the source does not answer from inside of being asked (``sync``). Otherwise it waits.
* ``readable`` is announced once for what has come until it is read (``emitted_readable``), and
  only when a read came back short (``need_readable``).
* A read of a fixed size gets that much or, before the end, nothing; of objects it gets one.

The stream calls these methods and does what they answer; ``flow`` changes by the table in ``flow``
only. For speed the stream reads attributes, but it writes none.
"""

from __future__ import annotations

from collections import deque

from anynet.node._errors.errors import out_of_range
from anynet.node._streams.chunk_queue import ByteQueue, Chunk, ObjectQueue, as_text
from anynet.node._streams.encoding import Decoder, encode, require_bytes
from anynet.node._streams.flow import (
    FLOWS,
    IGNORED_ONCE_DESTROYED,
    Flow,
    FlowEvent,
    FlowOutcome,
    review,
    shown_flow,
)
from anynet.node._streams.options import StreamOptions
from anynet.node._streams.pipe_set import PipeSet

# Looking a member up in its class is a call of a Python function in Python 3.11.
_PAUSE, _RESUME = FlowEvent.PAUSE, FlowEvent.RESUME
_DATA, _DATA_BESIDE = FlowEvent.DATA_LISTENER, FlowEvent.DATA_BESIDE_READABLE
_ANNOUNCE, _SCHEDULE_RESUME = FlowOutcome.ANNOUNCE, FlowOutcome.SCHEDULE_RESUME

#: The largest mark that a read can raise the high-water mark to.
MAX_HIGH_WATER_MARK = 2**30


class ReadableState:
    """The reading side of a stream."""

    __slots__ = (
        "buffer",
        "data_emitted",
        "decoder",
        "default_encoding",
        "emitted_readable",
        "end_emitted",
        "end_unannounced",
        "ended",
        "flow",
        "flowing",
        "has_data_listener",
        "high_water_mark",
        "length",
        "more_scheduled",
        "need_readable",
        "objects",
        "paused",
        "pipes",
        "push_without_read",
        "readable",
        "reading",
        "resume_scheduled",
        "sync",
    )

    def __init__(self, options: StreamOptions) -> None:
        self.high_water_mark: int = options.readable_high_water_mark
        #: Object mode: what is pushed is anything but None, and each counts one.
        self.objects: bool = options.readable_objects
        self.buffer: ByteQueue | ObjectQueue | None = None
        self.length: int = 0
        self.decoder: Decoder | None = Decoder(options.encoding) if options.encoding else None
        #: Of strings that are pushed without one.
        self.default_encoding: str = options.default_encoding
        #: False: there is no such side.
        self.readable: bool = options.readable
        self.flow: Flow = Flow.UNDECIDED
        #: What ``flow`` shows of itself, kept beside it since it is looked at for each chunk.
        self.flowing: bool | None = None
        #: The program's last word: True for ``pause()``, False for ``resume()``, None for neither.
        self.paused: bool | None = None
        self.has_data_listener: bool = False
        pushes = options.source_pushes  # As if a first read had asked it already.
        #: ``_read`` was called and nothing has come since.
        self.reading: bool = pushes
        #: ``_read`` would do nothing now: what comes is pushed without being asked for.
        self.push_without_read: bool = pushes
        #: Inside ``_read``, and before its first call.
        self.sync: bool = not pushes
        #: ``readable`` is due when something has been pushed.
        self.need_readable: bool = pushes
        #: A ``readable`` event is on its way, or nothing was read since the last.
        self.emitted_readable: bool = False
        #: The end came while nobody waited for ``readable``: a listener added later hears of it.
        self.end_unannounced: bool = False
        self.resume_scheduled: bool = False
        self.more_scheduled: bool = False
        #: The source has ended; what came before may still wait.
        self.ended: bool = not options.readable
        self.end_emitted: bool = not options.readable
        self.data_emitted: bool = False
        self.pipes: PipeSet | None = None

    # -- both ends of its life ------------------------------------------------------------------

    def mark_absent(self) -> None:
        """The stream has no reading side."""
        self.readable = False
        self.ended = self.end_emitted = True

    def set_readable(self, value: bool) -> None:
        """What a program sets by ``stream.readable = value``."""
        self.readable = value

    def reset(self) -> None:
        """Begin again; the flow, and what waits to be read, stay."""
        self.reading = False
        self.ended = self.end_emitted = not self.readable

    def note_end_emitted(self) -> None:
        self.end_emitted = True

    # -- who takes the chunks -------------------------------------------------------------------

    def advance(self, event: FlowEvent, destroyed: bool = False) -> FlowOutcome | None:
        """Take one step of the table; what to do. A tick of ``resume()`` is scheduled once."""
        if destroyed and event in IGNORED_ONCE_DESTROYED:
            # The listener counts all the same, as a socket may be connected once more.
            self.has_data_listener |= event is _DATA or event is _DATA_BESIDE
            return None
        self.flow, outcome = FLOWS[self.flow][event]
        self.flowing = self.flow.flowing
        if event is _DATA or event is _DATA_BESIDE:
            self.has_data_listener = True
            if self.flowing or outcome is _SCHEDULE_RESUME:
                self.paused = False
        elif event is _PAUSE:
            self.paused = True
        elif event is _RESUME:
            self.paused = False
        elif outcome is _ANNOUNCE:
            self.need_readable = True
            self.emitted_readable = False
        if outcome is _SCHEDULE_RESUME:
            if self.resume_scheduled:
                return None
            self.resume_scheduled = True
        return outcome

    def show_flow(self, flowing: bool | None) -> None:
        """What a program sets by ``stream.readableFlowing = value``."""
        self.flow = shown_flow(self.flow, flowing)
        self.flowing = flowing

    def review(self, readable_listeners: bool) -> list[FlowEvent]:
        """What follows from the listeners that are left a tick after some were removed."""
        return review(
            readable_listeners=readable_listeners,
            data_listeners=self.has_data_listener,
            resume_scheduled=self.resume_scheduled,
            paused=self.paused,
        )

    def note_no_data_listener(self) -> None:
        self.has_data_listener = False

    def end_resume_tick(self) -> None:
        self.resume_scheduled = False

    def pipe_set(self) -> PipeSet:
        """The pipes, made when first needed."""
        if self.pipes is None:
            self.pipes = PipeSet()
        return self.pipes

    def clear_awaited(self) -> None:
        if self.pipes is not None:
            self.pipes.clear_awaited()

    # -- the source -----------------------------------------------------------------------------

    def source_started(self) -> None:
        """The source pushes whatever comes from now on, without being asked."""
        self.push_without_read = True

    def source_stopped(self) -> None:
        """The source waits for ``_read``."""
        self.push_without_read = False

    def wants_source(self, count: int) -> bool:
        """Whether a read that takes ``count`` from the buffer should ask the source for more."""
        if self.ended or self.reading:
            return False
        left = self.length - count
        return self.need_readable or not self.length or left < self.high_water_mark

    def begin_read(self) -> None:
        """The source is asked."""
        self.reading = self.sync = True
        if not self.length:
            self.need_readable = True

    def leave_read(self) -> None:
        """The call that asked the source is over; its answer may come later."""
        self.sync = False

    def answered(self) -> None:
        """Something was pushed."""
        self.reading = False

    def accepts_more(self) -> bool:
        """The answer to a push: whether more may be pushed at once."""
        return not self.ended and (self.length < self.high_water_mark or not self.length)

    def goes_to_listeners(self) -> bool:
        """Whether a chunk that arrives now is delivered past the buffer."""
        flows = self.flowing and self.has_data_listener
        return bool(flows) and not self.length and not self.sync

    def note_data(self) -> None:
        """A chunk is delivered."""
        self.data_emitted = True

    def end_source(self) -> None:
        """The source has ended, and with it a character that was not whole."""
        rest = "" if self.decoder is None else self.decoder.end()
        if rest:
            self.put(rest)
        self.ended = True

    def end_drained(self) -> bool:
        """The source has ended while all that came has flowed away, and nobody reads by itself.

        False, and nothing is changed, if that is not so. What is left as it was after all steps
        from here to the tick of ``end``, each of which finds nothing to do.
        """
        if self.length or self.ended or self.sync or not self.flowing or self.decoder is not None:
            return False
        self.ended = True
        self.reading = self.need_readable = self.emitted_readable = self.end_unannounced = False
        return True

    def mark_ended(self) -> None:
        self.ended = True

    def claim_more_tick(self) -> bool:
        """Whether a tick has to be scheduled that asks for more; it isn't if one is on its way."""
        if self.more_scheduled or self.reading:
            return False
        self.more_scheduled = True
        return True

    def end_more_tick(self) -> None:
        self.more_scheduled = False

    def has_room(self) -> bool:
        """Whether the source should go on by itself: to the mark, or as long as all is taken."""
        if self.reading or self.ended:
            return False
        return self.length < self.high_water_mark or bool(self.flowing and not self.length)

    # -- the event 'readable' -------------------------------------------------------------------

    def claim_readable(self) -> bool:
        """Whether a tick has to be scheduled for ``readable``; it isn't if one is on its way."""
        self.need_readable = False
        emitted, self.emitted_readable = self.emitted_readable, True
        return not emitted

    def note_short_read(self) -> None:
        """A read for what there is found nothing, and the source is still to answer."""
        self.emitted_readable = False
        self.need_readable = True

    def readable_emitted(self) -> None:
        """Now the next one may be scheduled."""
        self.emitted_readable = False

    def begin_reading(self) -> None:
        """A read is to get something: what was announced or not is of no interest any more."""
        self.emitted_readable = self.end_unannounced = False

    def leave_unannounced(self) -> None:
        """The end came while nobody waited for ``readable``."""
        self.end_unannounced = True

    def take_unannounced(self) -> bool:
        """Whether a new listener to ``readable`` is to hear of an end that came before."""
        unannounced, self.end_unannounced = self.end_unannounced, False
        return unannounced

    def expect_readable(self) -> None:
        """A read came back short: announce what comes next."""
        self.need_readable = True

    def is_full_or_ended(self) -> bool:
        """Whether there is nothing to ask the source for: a read announces what there is."""
        mark = self.high_water_mark
        return self.ended or (self.length >= mark if mark else self.length > 0)

    # -- the buffer -----------------------------------------------------------------------------

    def put(self, chunk: Chunk, *, first: bool = False) -> None:
        if self.buffer is None:
            self.buffer = ObjectQueue() if self.objects else ByteQueue()
        if first:
            self.buffer.prepend(chunk)
        else:
            self.buffer.append(chunk)
        self.length += 1 if self.objects else len(chunk)

    def raise_mark(self, size: int) -> None:
        """Let a read of ``size`` fit under the mark: the next power of two, as in Node."""
        if size > MAX_HIGH_WATER_MARK:
            raise out_of_range("size", "<= 1GiB", size)
        self.high_water_mark = 1 << (size - 1).bit_length()

    def available(self, size: int | None) -> int:
        """How much a read of ``size`` gets now; None takes what there is.

        That is one object or the first chunk, so that chunks keep their bounds; but of text that
        does not flow it is everything. (Bytes that do not flow were joined too, before Node 26.)
        """
        if not self.length or (size is not None and size <= 0):
            return 0
        if self.objects:
            return 1
        if size is None:
            first = (self.flowing or self.decoder is None) and self.buffer
            return first.first_size() if first else self.length
        if size <= self.length:
            return size
        return self.length if self.ended else 0

    def take_for_read(self, count: int) -> Chunk | None:
        """What a read of ``count`` gets; once there is nothing left, the next is announced."""
        chunk: Chunk | None = None
        if count > 0 and self.length:
            chunk = self.take(count)
            self.clear_awaited()
        elif self.length <= self.high_water_mark:
            self.need_readable = True
        if not self.length and not self.ended:
            self.need_readable = True
        return chunk

    def take(self, size: int) -> Chunk:
        """The next ``size`` bytes or characters, of at least that many; or the next object."""
        assert self.buffer is not None
        if self.decoder is not None and size == self.length and not self.objects:
            # Bytes that were put back among text are text, too.
            return "".join(map(as_text, self._take_all()))
        self.length -= size
        chunk = self.buffer.take(size)
        if not self.buffer:
            self.buffer = None
        return chunk

    def chunks(self) -> deque[Chunk]:
        """What waits; the first chunk without what was taken of it."""
        return deque() if self.buffer is None else self.buffer.chunks()

    def _take_all(self) -> deque[Chunk]:
        chunks = self.chunks()
        self.buffer, self.length = None, 0
        return chunks

    def take_unread(self) -> bytes:
        """All that waits, as bytes: text goes back by its encoding, to what it was if valid."""
        chunks = self._take_all()
        decoder = self.decoder
        if decoder is None:
            return b"".join(chunk for chunk in chunks if isinstance(chunk, bytes))
        text = "".join(chunk for chunk in chunks if isinstance(chunk, str))
        return encode(text, decoder.encoding) + decoder.held

    def decode_from_now_on(self, decoder: Decoder) -> None:
        """Also what is waiting already, which becomes one text.

        Raises ``ERR_INVALID_ARG_TYPE`` about an object that waits and is neither bytes nor text.
        """
        self.decoder = decoder
        waiting = self.chunks()
        text = "".join(
            c if isinstance(c, str) else decoder.decode(require_bytes(c)) for c in waiting
        )
        if self.ended:
            # Nothing comes any more that could make whole the character that is cut off.
            text += decoder.end()
        self._take_all()
        if text:
            self.put(text)
