"""The link between a socket and its handle: bytes, ends and failures in both directions.

Rules that live here:

* Back-pressure: a push that the stream answers with False stops the reads of the handle; they
  start again with the next ``_read``.
* A write without a handle waits while the socket connects, and fails otherwise.
* A handle is closed, reset or released once. What it had counted stays readable afterwards, as
  ``bytesRead`` and ``bytesWritten`` do in Node.
* Every read and write, and the peer's end, is an activity for the idle timeout; our own end is
  none. A peer that takes what was queued, however slowly, is not idle: Node compares how much of
  the write under way is left with how much was left before, which is all of it when the write
  begins. So a write of which some went at once counts as progress for one period more.
* ``bytesWritten`` counts what was passed on, whether the kernel took it or not.
* A server counts a connection as long as its handle is here.

A link serves one connection: a socket that connects again gets a new one. It refers to its socket
until ``close`` was emitted, and no longer, so that a closed socket is no cycle for the collector.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, Protocol

from anynet._transport.reactor.handle import Handle
from anynet.node._errors.errors import socket_closed, system_error
from anynet.node._loop.runtime import Runtime
from anynet.node._net.options.socket_options import ReadInto
from anynet.node._net.sockets.forwarding import begin_forwarding
from anynet.node._net.sockets.idle_timeout import IdleTimeout
from anynet.node._net.sockets.pending_write import PendingWrite
from anynet.node._streams.quiet_end import source_ended
from anynet.node._streams.readable_state import ReadableState


class ConnectionCounter(Protocol):
    """Who counts the open connections: a server, or another process that sent this one here."""

    def connection_closed(self) -> None:
        """A connection that was counted has no handle any more."""


class LinkedSocket(Protocol):
    """The socket, as far as its link needs it."""

    readable_state: ReadableState
    runtime: Runtime

    @property
    def connecting(self) -> bool: ...

    def destroy(self, error: BaseException | None = None, /) -> object: ...

    def emit(self, name: str, /, *args: Any) -> bool: ...

    def once(self, name: str, listener: Callable[..., object], /) -> object: ...

    def push(self, chunk: bytes | None, /) -> bool: ...

    def read(self, size: float | None = None, /) -> Any: ...

    def removeListener(self, name: str, listener: Callable[..., object], /) -> object: ...

    def write_done(self, error: BaseException | None = None, /) -> None: ...


class HandleLink:
    """What stands between a socket and its handle; the handle calls it back."""

    __slots__ = (
        "_bytes_read",
        "_bytes_written",
        "_dispatched",
        "_left",
        "_pending",
        "_resets",
        "_socket",
        "_tried",
        "counted_by",
        "given_away",
        "handle",
        "idle",
        "read_into",
        "refed",
    )

    def __init__(
        self, socket: LinkedSocket, read_into: ReadInto | None = None, *, refed: bool = True
    ) -> None:
        self._socket: LinkedSocket | None = socket
        self.handle: Handle | None = None
        #: Whether the handle has another owner now.
        self.given_away: bool = False
        #: Reads go into the program's own buffer, past the stream.
        self.read_into: ReadInto | None = read_into
        #: Whether the socket keeps the runtime open while it reads.
        self.refed: bool = refed
        self._resets = False
        self.counted_by: ConnectionCounter | None = None
        #: Set while an idle timeout is wanted; activities touch it.
        self.idle: IdleTimeout | None = None
        self._pending: PendingWrite | None = None
        #: What was left of the write under way when the idle timeout last looked; 0 for none.
        self._left = 0
        #: How much was passed on when a write last did not go at once; what was lost since counts.
        self._dispatched = 0
        #: What has become of the next write, where that was tried past the stream.
        self._tried: Literal[False] | OSError | None = None
        # Of a handle that is gone.
        self._bytes_read = self._bytes_written = 0

    # -- the handle -----------------------------------------------------------------------------

    def use_buffers(self, read_into: ReadInto) -> None:
        """Have reads go into the program's own buffers."""
        self.read_into = read_into

    def attach_handle(self, handle: Handle, counter: ConnectionCounter | None = None) -> None:
        """Work with a connected handle from now on; ``counter`` counts the connection."""
        self.handle = handle
        self.counted_by = counter
        if self.read_into is not None:
            handle.read_into = self.read_into.next_buffer
        if not self.refed:
            handle.unref()

    def release(self) -> Handle:
        """Give the handle away, with all that it still is to receive. There must be one."""
        handle, self.handle = self.handle, None
        assert handle is not None
        self.given_away = True
        self.set_idle_timeout(0)
        self.leave_counter()
        return handle

    def close(self, *, had_error: bool) -> bool:
        """Close the handle; ``close`` is emitted then. False: there is none."""
        handle, self.handle = self.handle, None
        if self.idle is not None:
            self.set_idle_timeout(0)
        if handle is None:
            return False
        state = handle.state
        self._bytes_read = state.bytes_received
        self._bytes_written = state.bytes_sent + handle.queue_size
        close = handle.reset if self._resets else handle.close
        close(partial(self.emit_close, had_error))
        return True

    def reset_at_close(self) -> None:
        """Have the peer see a reset when the handle is closed."""
        self._resets = True

    def emit_close(self, *had_error: bool) -> None:
        """Emit ``close``, the last event, and let go of the socket."""
        socket = self._socket
        if socket is not None:
            socket.emit("close", *had_error)
            self._socket = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is emitted: ``close`` was, or the handle was given away."""
        return self._socket is None or self.given_away

    def count_by(self, counter: ConnectionCounter | None) -> None:
        """Have the connection counted, until the handle goes."""
        self.counted_by = counter

    def leave_counter(self) -> None:
        """Have the connection no longer counted."""
        counter, self.counted_by = self.counted_by, None
        if counter is not None:
            counter.connection_closed()

    def ref(self) -> None:
        """Let the handle keep the runtime open while it reads."""
        self.refed = True
        if self.handle is not None:
            self.handle.ref()

    def unref(self) -> None:
        """Don't let the handle keep the runtime open by reading."""
        self.refed = False
        if self.handle is not None:
            self.handle.unref()

    # -- counts ---------------------------------------------------------------------------------

    @property
    def bytes_read(self) -> int:
        """How many bytes have been received."""
        return self._bytes_read if self.handle is None else self.handle.bytes_read

    @property
    def bytes_dispatched(self) -> int:
        """How many bytes the stream has passed on, those included that wait for a connection."""
        handle = self.handle
        sent = self._bytes_written if handle is None else handle.bytes_written + handle.queue_size
        if self._pending is not None:
            sent += self._pending.size
        return max(sent, self._dispatched)

    # -- reading --------------------------------------------------------------------------------

    def start_reading(self) -> None:
        """Push what comes. There must be a handle."""
        handle, socket = self.handle, self._socket
        if handle is not None and socket is not None and not handle.reading:
            handle.read_start()
            socket.readable_state.source_started()

    def resume_reading_into(self) -> None:
        """Fill the program's own buffer again, if that is where reads go."""
        socket = self._socket
        if self.read_into is None or socket is None or socket.connecting:
            return
        if not socket.readable_state.ended:
            self.start_reading()

    def pause_reading_into(self) -> None:
        """Stop filling it: nothing is buffered that could hold the reads back."""
        if self.read_into is not None and self._socket is not None and not self._socket.connecting:
            self.stop_reading()

    def stop_reading(self) -> None:
        """Let what comes wait in the kernel."""
        if self.handle is not None and self._socket is not None:
            self._socket.readable_state.source_stopped()
            self.handle.read_stop()

    def on_read(self, data: bytes) -> None:
        """The handle has received ``data``."""
        if self.idle is not None:
            self.idle.touch()
        socket = self._socket
        if socket is None:
            return
        pipes = socket.readable_state.pipes
        if pipes is not None and pipes.shortcut is None:
            begin_forwarding(self, socket, pipes)
        if not socket.push(data):
            self.stop_reading()

    def on_read_into(self, count: int, buffer: bytearray | memoryview) -> None:
        """The handle has received ``count`` bytes into a buffer of the program's."""
        self.touch()
        if self.read_into is not None and self.read_into.callback(count, buffer) is False:
            self.stop_reading()

    def on_read_end(self) -> None:
        """The peer has ended."""
        if self.idle is not None:
            self.idle.touch()
        handle, socket = self.handle, self._socket
        if handle is None or socket is None:
            return
        if self.read_into is None and not socket.connecting:
            source_ended(socket, handle.shutdown)
        else:
            socket.push(None)
            socket.read(0)

    def on_read_error(self, error: OSError) -> None:
        """The connection is broken."""
        if self._socket is not None:
            self._socket.destroy(system_error(error, "read"))

    # -- writing --------------------------------------------------------------------------------

    def write(self, chunk: bytes) -> bool:
        """Send a chunk. True: the kernel has it; False: ``write_done`` was or will be called."""
        handle = self.handle
        if handle is None:
            return self._write_without_handle([chunk])
        try:
            tried = self._tried is not None
            done = self._outcome() if tried else handle.write(chunk, self.on_written)
        except OSError as error:
            return self._write_failed(error, self.bytes_dispatched + len(chunk))
        if self.idle is not None:
            self.idle.touch()
        if not done:
            self._note_queued(len(chunk))
        return done

    def write_many(self, chunks: list[bytes]) -> bool:
        """The same for several chunks, as one message."""
        handle = self.handle
        if handle is None:
            return self._write_without_handle(chunks)
        dispatched = self.bytes_dispatched + sum(map(len, chunks))
        try:
            done = handle.write_many(chunks, self.on_written)
        except OSError as error:
            return self._write_failed(error, dispatched)
        if self.idle is not None:
            self.idle.touch()
        if not done:
            self._note_queued(sum(map(len, chunks)))
        return done

    def note_tried(self, outcome: Literal[False] | OSError | None) -> None:
        """The next chunk was given to the handle already, and is only to be accounted for.

        None: no longer so.
        """
        self._tried = outcome

    def _outcome(self) -> bool:
        if isinstance(self._tried, OSError):
            raise self._tried
        return False

    def _note_queued(self, size: int) -> None:
        """A write of ``size`` bytes does not go at once, as a whole."""
        self._left = size
        self._dispatched = self.bytes_dispatched

    def _write_without_handle(self, chunks: list[bytes]) -> bool:
        socket = self._socket
        if socket is not None and socket.connecting:
            self._pending = PendingWrite(socket, chunks, self._send_pending, self._fail_pending)
        elif socket is not None:
            socket.write_done(socket_closed())
        return False

    def _write_failed(self, error: OSError, dispatched: int) -> bool:
        self._dispatched = dispatched
        if self._socket is not None:
            self._socket.write_done(system_error(error, "write"))
        return False

    def on_written(self, error: OSError | None) -> None:
        """A write that did not go at once is done, or has failed."""
        self.touch()
        self._left = 0
        if self._socket is not None:
            self._socket.write_done(None if error is None else system_error(error, "write"))

    def _send_pending(self, chunks: list[bytes]) -> None:
        self._pending = None
        if self.write_many(chunks) and self._socket is not None:
            self._socket.write_done()

    def _fail_pending(self, error: Exception) -> None:
        self._dispatched = self.bytes_dispatched
        self._pending = None
        if self._socket is not None:
            self._socket.write_done(error)

    def shut_down(self, callback: Callable[[None], object]) -> None:
        """End our side once everything is sent, then call back. There must be a handle."""
        if self.handle is not None:
            # A connection that is broken has ended as well.
            self.handle.shutdown(lambda _error: callback(None))

    # -- idleness -------------------------------------------------------------------------------

    def touch(self) -> None:
        """Something has happened."""
        if self.idle is not None:
            self.idle.touch()

    def set_idle_timeout(self, seconds: float) -> None:
        """Emit ``timeout`` after ``seconds`` without activity, counted from now; 0 for never."""
        if self.idle is not None:
            self.idle.stop()
            self.idle = None
        if seconds and self._socket is not None:
            reactor = self._socket.runtime.reactor
            self.idle = IdleTimeout(reactor, seconds, self._on_idle)

    def _on_idle(self, idle: IdleTimeout) -> None:
        handle = self.handle
        if handle is not None and self._left and self._left != handle.queue_size:
            self._left = handle.queue_size
            idle.touch()
        elif self._socket is not None:
            self._socket.emit("timeout")
