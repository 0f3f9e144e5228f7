"""One direction of a relay between two of our own sockets: bytes in, bytes out, nothing waits.

Small messages are received and sent. Once reads come full, a pipe and ``splice`` move the bytes
without copying them, and once those come small again it is back to receiving and sending. (Per GB
splice takes half the CPU, per small message it takes twice as much; the two cross somewhere between
4 and 16 KiB a read: measured, docs/decisions/relay.md.) The rules that live here:

- At most one chunk is held, here or in the pipe, and nothing is read before it has gone out: so
  back-pressure is the kernel's. Splice says EAGAIN both for a full pipe and for an empty socket;
  where the pipe is drained before each read it can mean only the latter.
- A short read proves that nothing is left, so one waits for the next edge; except after the peer's
  end, a hang-up, an error or an urgent byte, and on Unix sockets, where a read also ends at
  descriptors and where the writer changes. That is remembered, not looked up in the last event:
  when the sink has room again it is the sink's event that comes. A short splice proves nothing.
- The pipe goes back to the pool as soon as the source has nothing: idle connections hold none.
- What is held or in the pipe is a message of which only a part has gone. Whoever closes the sink
  then resets it.
- Every error leaves here as that of its own side, in the words of its stream.
"""

from __future__ import annotations

import enum
import errno
import os
import socket
from collections.abc import Callable
from typing import Any

from anynet._transport.reactor.pipes import Pipe, PipePool
from anynet._transport.streams.half_state import SENDING_FREE
from anynet._transport.streams.socket_stream import SocketStream

#: Bytes of a read. Longer ones gain nothing, since splice takes over where there is more.
CHUNK = 16384
#: After so many full reads in a row comes splice; after so many small splices receiving again.
_FULL_READS = 3
_SMALL_SPLICES = 8
_MAX_SPLICE = 1 << 20
#: Splice works between other descriptors, or nowhere on this kernel.
_NO_SPLICE = frozenset({errno.EINVAL, errno.ENOSYS})
_FLAGS = getattr(os, "SPLICE_F_NONBLOCK", 0) | getattr(os, "SPLICE_F_MOVE", 0)
_splice: Callable[..., int] = getattr(os, "splice", lambda *_, **__: 0)


class Moved(enum.Enum):
    """How a step went."""

    MORE = "there may be more at once"
    SHORT = "the source was drained"
    NOTHING = "the source has nothing"
    FULL = "the sink takes no more"
    END = "the source has ended"


#: Bound once: looking a member of an enum up costs a fast path too much.
MORE, SHORT, NOTHING, FULL, END = Moved


class Direction:
    """Moves what ``source`` receives to ``sink``, whose directions are the relay's alone."""

    __slots__ = (
        "_full_reads",
        "_pipe",
        "_pipes",
        "_sent_before",
        "_small_splices",
        "ended",
        "held",
        "piped",
        "read_on",
        "recv",
        "room_watched",
        "send",
        "sink",
        "sink_state",
        "source",
        "source_state",
        "splicing",
    )

    def __init__(self, source: SocketStream, sink: SocketStream, pipes: PipePool | None) -> None:
        self.source, self.source_state = source, source.state
        self.sink, self.sink_state = sink, sink.state
        self.recv: Callable[[int], bytes] = source.sock.recv
        self.send: Callable[[Any], int] = sink.sock.send
        if sink.state.sending is not SENDING_FREE:
            self.send = self._refuse  # It was ended before; the source may end as well.
        #: Received and not sent yet.
        self.held: bytes | memoryview = b""
        #: Bytes in the pipe.
        self.piped = 0
        self.ended = False
        #: Whether events say when the sink has room again.
        self.room_watched = False
        self.splicing = False
        #: Whether a short read proves nothing.
        self.read_on = not isinstance(source.peername, tuple)  # That would be TCP's.
        self._sent_before = sink.state.bytes_sent
        self._pipes = pipes
        self._pipe: Pipe | None = None
        self._full_reads = 0
        self._small_splices = 0

    @property
    def passed(self) -> int:
        """How many bytes the sink has taken."""
        return self.sink_state.bytes_sent - self._sent_before

    def step(self) -> Moved:
        """Move once: first what is held, then what the source has."""
        if (self.held or self.piped) and not self._flush():
            return FULL
        if self.ended:
            return NOTHING
        if self.splicing:
            return self._splice_in()
        try:
            data = self.recv(CHUNK)
        except BlockingIOError:
            return NOTHING
        except (OSError, MemoryError) as error:
            raise self.source_state.broken_error(error) from error
        return self.pass_on(data)

    def pass_on(self, data: bytes) -> Moved:
        """Send what has been received; ``b""`` is the end."""
        size = len(data)
        if not size:
            return self._note_end()
        self.source_state.bytes_received += size
        if self.source.track_activity:
            self.source.stamp_received()
        try:
            sent = self.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise self.sink_state.broken_error(error) from error
        self._note_sent(sent)
        if sent < size:
            self.held = memoryview(data)[sent:]
            return self._wait_for_sink()
        if size < CHUNK:
            self._full_reads = 0
            return MORE if self.read_on else SHORT
        self._full_reads += 1
        self.splicing = self._full_reads >= _FULL_READS and self._pipes is not None
        return MORE

    def start_timers(self) -> None:
        """Have the time limits of both sockets hold for what is waited for here."""
        for stream in (self.source, self.sink):
            if stream.receive_timer is not None or stream.send_timer is not None:
                stream.start_tracking()  # A wait has no beginning of its own for each chunk.
        self._wait_for_source(True)

    def _wait_for_source(self, waits: bool) -> None:
        timer = self.source.receive_timer
        if timer is not None:
            timer.begin() if waits else timer.end()

    def _wait_for_room(self, waits: bool) -> None:
        timer = self.sink.send_timer
        if timer is not None:
            timer.begin() if waits else timer.end()

    def end_sink(self) -> None:
        """Pass the end of the source on."""
        try:
            if not self.sink_state.eof_sent:
                self.sink.shut_down_sending()
        except OSError as error:
            raise self.sink_state.broken_error(error) from error

    def raise_error(self) -> None:
        """Raise what the kernel has to say about the source, which nobody reads any more."""
        number = self.source.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise self.source_state.broken_error(OSError(number, os.strerror(number)))

    def drop_pipe(self) -> None:
        """Let the pipe go: into the pool if it is empty."""
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            if self.piped or self._pipes is None:
                pipe.close()
            else:
                self._pipes.give_back(pipe)
            self.piped = 0

    def _note_sent(self, count: int) -> None:
        self.sink_state.bytes_sent += count
        if self.sink.track_activity:
            self.sink.stamp_sent()

    def _note_end(self) -> Moved:
        if (lost := self.source_state.lost_error()) is not None:
            raise lost
        self.ended = True
        self._wait_for_source(False)
        self.source.note_end()
        self.drop_pipe()
        return END

    def _refuse(self, _: Any) -> int:
        self.sink_state.refuse_send()

    def _flush(self) -> bool:
        """Send what is held or in the pipe. False: a part of it is left."""
        try:
            if self.held:
                sent = self.send(self.held)
                self._note_sent(sent)
                self.held = self.held[sent:]
            while self.piped and self._pipe is not None:
                sent = _splice(self._pipe.read_end, self.sink.fd, self.piped, flags=_FLAGS)
                self.piped -= sent
                self._note_sent(sent)
        except BlockingIOError:
            pass
        except OSError as error:
            if self.piped and error.errno in _NO_SPLICE and self._pipe is not None:
                self.held, self.piped = os.read(self._pipe.read_end, self.piped), 0
                self._stop_splicing()
                return self._flush()
            raise self.sink_state.broken_error(error) from error
        if self.held or self.piped:
            self._wait_for_sink()
            return False
        if self.sink_state.mid_message:
            self.sink_state.all_sent()
            self.sink.note_drain()
            self._wait_for_room(False)
            self._wait_for_source(not self.ended)
        if not self.splicing:
            self.drop_pipe()
        return True

    def _wait_for_sink(self) -> Moved:
        if not self.sink_state.mid_message:
            self.sink_state.send_waits += 1
            self.sink_state.part_sent()
            self._wait_for_source(False)  # Nothing is read meanwhile.
            self._wait_for_room(True)
        return FULL

    def _splice_in(self) -> Moved:
        if self._pipe is None and not self._take_pipe():
            return MORE
        assert self._pipe is not None
        try:
            size = _splice(self.source.fd, self._pipe.write_end, _MAX_SPLICE, flags=_FLAGS)
        except BlockingIOError:
            self.drop_pipe()
            return NOTHING
        except OSError as error:
            if error.errno in _NO_SPLICE:
                self._stop_splicing()
                return MORE
            raise self.source_state.broken_error(error) from error
        if not size:
            return self._note_end()
        self.piped = size
        if self._pipes is not None:
            self._pipes.spliced += size
        self.source_state.bytes_received += size
        if self.source.track_activity:
            self.source.stamp_received()
        self._small_splices = 0 if size >= CHUNK else self._small_splices + 1
        if self._small_splices > _SMALL_SPLICES:
            self.splicing = False
            self._full_reads = self._small_splices = 0
        return MORE if self._flush() else FULL

    def _take_pipe(self) -> bool:
        self._pipe = None if self._pipes is None else self._pipes.take()
        if self._pipe is None:
            self.splicing, self._full_reads = False, 0  # Ask again some reads later.
        return self._pipe is not None

    def _stop_splicing(self) -> None:
        """Receive and send for good: these sockets, or this kernel, cannot splice."""
        self.splicing, self._pipes = False, None
        self.drop_pipe()
