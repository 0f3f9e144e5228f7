"""A relay between two of our own sockets, driven by the callbacks of one poller for each host loop.

No task moves the bytes: a switch to one costs more than the system calls that move a small message
(measured, docs/decisions/relay.md). All relays of a host loop share one epoll, which the host loop
watches, and which exists while there is a relay. The rules that live here:

- The sockets are registered for edges, at first those of reading alone: most messages fit, and
  each event of room to send would be one more. What makes an edge pass unused (giving way after so
  many steps, a send that was short) re-arms the descriptor, which raises it again.
- Both sockets are unregistered before either is closed; and a socket that is closed by somebody
  else says so first (``on_let_go``). So a number that is used again meets no event of another.
- Nothing of a user runs in a callback, and nothing leaves it: on Trio an exception there would end
  the program. Whatever a callback raises is the end of its relay.
- Once a direction has ended nobody reads its source any more, so that a reset shows as an error
  event alone: then the kernel is asked for it, or the relay would hang until the other side speaks.
- A forked child shares the epoll with its parent, which still needs it: the child only closes its
  copy.
"""

from __future__ import annotations

import os
import socket
import weakref
from collections.abc import Callable
from contextlib import suppress

from anynet._transport.loops.host_loop import HostLoop
from anynet._transport.reactor.direction import CHUNK, END, FULL, MORE, SHORT, Direction, Moved
from anynet._transport.reactor.pauses import Pauses
from anynet._transport.reactor.pipes import PipePool, can_splice
from anynet._transport.reactor.poller import (
    EDGE_TRIGGERED,
    ERROR,
    HANGUP,
    PEER_ENDED,
    READABLE,
    URGENT,
    WRITABLE,
    Poller,
    new_poller,
)
from anynet._transport.streams.socket_stream import SocketStream

_READ = READABLE | URGENT | PEER_ENDED | EDGE_TRIGGERED
_READ_AND_WRITE = _READ | WRITABLE
#: After these a short read does not prove that there is nothing more to read.
_MORE_TO_READ = URGENT | PEER_ENDED | HANGUP | ERROR
#: What one small message brings, the latter where there once was no room to send.
_MESSAGE, _MESSAGE_AND_ROOM = READABLE, READABLE | WRITABLE
#: Events of a batch, and batches of a callback while there is more than one event in each: the way
#: through the host loop costs as much as several of them.
_MAX_EVENTS = 256
_MAX_BATCHES = 8
#: Steps of one direction before others have their turn.
_MAX_STEPS = 16


class RelayPoller:
    """The poller of the relays of one host loop. Get it with :meth:`of`."""

    __slots__ = ("__weakref__", "_callbacks", "_pauses", "_poller", "_stop", "_time", "pipes")

    _of_host: weakref.WeakKeyDictionary[HostLoop, RelayPoller] = weakref.WeakKeyDictionary()

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self._pauses = Pauses()
        self._callbacks: dict[int, Callable[[int], object]] = {}
        self._poller: Poller | None = None
        self._stop: Callable[[], None] | None = None
        #: None where there is no splice.
        self.pipes: PipePool | None = PipePool() if can_splice() else None

    @classmethod
    def of(cls, host: HostLoop) -> RelayPoller:
        """The poller of an event loop."""
        poller = cls._of_host.get(host)
        if poller is None:
            poller = cls._of_host[host] = cls(host.time)
        return poller

    def add(self, host: HostLoop, callbacks: dict[int, Callable[[int], object]]) -> None:
        """Call back for the events of these descriptors, all of them or, on an error, none."""
        added: list[int] = []
        try:
            if self._poller is None:
                self._poller = new_poller()
                self._stop = host.watch(self._poller.fileno(), self._on_ready)
            for fd, callback in callbacks.items():
                self._poller.register(fd, _READ)
                added.append(fd)
                self._callbacks[fd] = callback
        except BaseException:
            self.remove(*added)
            raise

    def remove(self, *fds: int) -> None:
        """Call back for them no more; without any descriptor left the poller is closed."""
        for fd in fds:
            if self._callbacks.pop(fd, None) is not None and self._poller is not None:
                with suppress(OSError):  # It was closed by other means than ours.
                    self._poller.unregister(fd)
        if not self._callbacks and self._poller is not None:
            if self._stop is not None:
                self._stop()
            self._poller.close()
            self._poller = self._stop = None
            if self.pipes is not None:
                self.pipes.close()

    def rearm(self, fd: int) -> None:
        """Raise the events of ``fd`` again if it is ready, from now on those of writing too."""
        if self._poller is not None and fd in self._callbacks:
            self._poller.modify(fd, _READ_AND_WRITE)

    def forget_all(self) -> None:
        """Close the copy of a forked child, and leave everything else to the parent."""
        self._callbacks.clear()
        if self._poller is not None:
            self._poller.close()
            self._poller = self._stop = None

    def _on_ready(self) -> float:
        """Handle the events that there are. Returns seconds until the next look."""
        if self.pipes is None:
            self._handle_events()
            return 0.0
        before = self.pipes.spliced
        events = self._handle_events()
        size = self.pipes.spliced - before
        return self._pauses.after_turn(self._time(), events, size) if size else 0.0

    def _handle_events(self) -> int:
        callbacks, poller = self._callbacks, self._poller
        count = 0
        for _ in range(_MAX_BATCHES):
            if poller is None:
                break
            ready = poller.poll(0, _MAX_EVENTS)
            for fd, events in ready:
                # One of this batch may have ended the relay of another.
                callback = callbacks.get(fd)
                if callback is not None:
                    callback(events)
            count += len(ready)
            if len(ready) < 2:
                break
            poller = self._poller
        return count


class SocketRelay:
    """Moves everything between ``a`` and ``b``, from :meth:`start` until ``on_end`` is called.

    Then ``error`` is what ended it, None if both sides have ended. The sockets are still open, and
    are for the caller to close.
    """

    __slots__ = ("_on_end", "_poller", "a_to_b", "b_to_a", "ended", "error")

    def __init__(self, a: SocketStream, b: SocketStream, on_end: Callable[[], object]) -> None:
        self._poller = RelayPoller.of(a.host)
        self._on_end = on_end
        self.a_to_b = Direction(a, b, self._poller.pipes)
        self.b_to_a = Direction(b, a, self._poller.pipes)
        self.ended = False
        self.error: Exception | None = None

    def start(self, unread_a: bytes = b"", unread_b: bytes = b"") -> None:
        """Begin, with what has been received of either and not been used.

        Both directions of both must have been claimed. Raises :exc:`OSError`, with nothing moved,
        if the sockets cannot be watched.
        """
        a, b = self.a_to_b.source, self.b_to_a.source
        for stream in (a, b):
            stream.host.forget(stream)  # asyncio watches it between operations.
            try:
                # An urgent byte stays where it was sent, as data; on Unix sockets this is nothing.
                stream.sock.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
            except OSError:
                pass  # The peer has reset it, on macOS; reading will tell.
        self._poller.add(
            a.host,
            {
                a.fd: self._callback(self.a_to_b, self.b_to_a),
                b.fd: self._callback(self.b_to_a, self.a_to_b),
            },
        )
        for stream in (a, b):
            stream.on_let_go = self._let_go_of_side
        for direction, unread in ((self.a_to_b, unread_a), (self.b_to_a, unread_b)):
            direction.start_timers()
            if unread or direction.source.unread_bytes:
                direction.held = unread + direction.source.take_unread()
                self._wait_for_room(direction)  # There is some: the event comes at once.

    def stop(self, error: Exception | None = None) -> None:
        """End now, whatever is under way."""
        if self.ended:
            return
        self.ended, self.error = True, error
        for direction in (self.a_to_b, self.b_to_a):
            direction.drop_pipe()
            direction.source.on_let_go = None
        # Last: with the last relay the pool is emptied.
        self._poller.remove(self.a_to_b.source.fd, self.b_to_a.source.fd)
        self._on_end()

    def _let_go_of_side(self, stream: SocketStream) -> None:
        self.stop(stream.state.closed_error())

    def _callback(self, out: Direction, into: Direction) -> Callable[[int], object]:
        """What to call for the events of one socket: ``out`` receives from it, ``into`` sends."""
        recv, pass_on = out.recv, out.pass_on

        def on_events(events: int) -> None:
            # The common case by itself: one small message.
            if (
                (events != _MESSAGE and events != _MESSAGE_AND_ROOM)
                or out.splicing
                or out.held
                or out.ended
                or into.held
                or into.piped
            ):
                self._on_events(out, into, events)
                return
            try:
                moved = pass_on(recv(CHUNK))
                if moved is not SHORT:
                    self._pump(out, moved)
            except BlockingIOError:
                pass
            except (OSError, MemoryError) as error:
                self.stop(out.source_state.broken_error(error))
            except Exception as error:
                self.stop(error)

        return on_events

    def _on_events(self, out: Direction, into: Direction, events: int) -> None:
        try:
            if events & _MORE_TO_READ:
                out.read_on = True
            if into.held or into.piped:
                self._pump(into)
            if not out.ended:
                if events & ~WRITABLE:
                    self._pump(out)
            elif events & ERROR:
                out.raise_error()
        except Exception as error:
            self.stop(error)

    def _pump(self, direction: Direction, moved: Moved = MORE) -> None:
        """Step until there is nothing to do, or others are to have their turn."""
        steps = 0
        while moved is MORE:
            if steps == _MAX_STEPS:
                self._poller.rearm(direction.source.fd)
                return
            moved = direction.step()
            steps += 1
        if moved is END:
            self._finish(direction)
        elif moved is FULL:
            self._wait_for_room(direction)

    def _wait_for_room(self, direction: Direction) -> None:
        # What splice left was left by EAGAIN, which promises an edge. A short send promises none.
        if direction.piped and direction.room_watched:
            return
        direction.room_watched = True
        self._poller.rearm(direction.sink.fd)

    def _finish(self, direction: Direction) -> None:
        """The source of ``direction`` has ended."""
        if self.a_to_b.ended and self.b_to_a.ended:
            self.stop()  # Closing the sink, which comes now, says so as well.
        else:
            direction.end_sink()


def _after_fork_in_child() -> None:
    for poller in list(RelayPoller._of_host.values()):
        poller.forget_all()


os.register_at_fork(after_in_child=_after_fork_in_child)
