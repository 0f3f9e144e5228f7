"""The handle of our own stream: a connected socket on the reactor's epoll.

The rules that live here, all from edges being reported once:

- A short read proves that nothing is left, except after RDHUP, HUP, ERR or an urgent mark: an
  end-of-stream that arrived with the data has raised its edge already. Then one reads on, in the
  next turn, until ``b""`` or an error. (Two prototypes that did not lost such an end.)
- An urgent byte also ends a read early, and raises no edge for what lies behind it: SO_OOBINLINE
  makes it data.
- On Unix sockets so do descriptors that are sent along, and where the writer changes: after a short
  read the kernel is asked whether there is more. (Else a peer that passes one, which nobody wants
  here, has what it says next wait for what it says after that.)
- A kernel that is out of buffers (ENOBUFS) takes nothing now, as one whose send buffer is full: the
  connection is whole, and libuv waits as well. But no edge says when it has some again.
- Reading again after a stop, giving way to others, and a short send re-arm the descriptor
  (EPOLL_CTL_MOD), which raises the edge anew if it is ready. Nothing is read inside of the call.
"""

from __future__ import annotations

import errno
import socket
from collections import deque
from collections.abc import Sequence

from anynet._transport.loops.readiness import is_readable
from anynet._transport.reactor.handle import Done, Handle, HandleOwner
from anynet._transport.reactor.poller import (
    ERROR,
    HANGUP,
    PEER_ENDED,
    READ_EVENTS,
    READABLE,
    URGENT,
    WRITABLE,
    WRITE_EVENTS,
)
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.sockets.buffers import Buffer
from anynet._transport.sockets.message_sends import send_some
from anynet._transport.sockets.system_errors import os_error, out_of_memory
from anynet._transport.streams.released import ReleasedSocket
from anynet._transport.streams.socket_stream import SocketStream

_CHUNK = 65536

#: So many seconds after the kernel was out of buffers it is asked again.
_RETRY_DELAY = 0.01
#: So many reads in a row before other descriptors are served, as in libuv.
_MAX_READS = 32
#: After these a short read does not prove that there is nothing more to read.
_MORE_TO_READ = URGENT | PEER_ENDED | HANGUP | ERROR
#: Among those events: a short read proves it where the kernel has nothing more. No event's bit.
_ASK = 1 << 30
#: What a message brings where there is room to send.
_MESSAGE = READABLE | WRITABLE


def _as_os_error(error: OSError | MemoryError) -> OSError:
    return error if isinstance(error, OSError) else out_of_memory()


class SocketHandle(Handle):
    """A handle of our own stream, registered once for every edge."""

    __slots__ = ("_more", "_sock", "_unread", "fd")

    stream: SocketStream

    def __init__(
        self,
        reactor: Reactor,
        stream: SocketStream,
        owner: HandleOwner | None,
        *,
        registered: bool = False,
        reading: bool = False,
    ) -> None:
        # First: a descriptor that is in use already is refused, and leaves nothing behind.
        if registered:
            reactor.take_over(stream.fd, self._on_ready)
        else:
            reactor.register(stream.fd, self._on_ready)
        super().__init__(reactor, stream, owner, reading=reading)
        sock = stream.sock
        self.fd: int = stream.fd
        self._sock = sock
        #: A terminal gives one line per read: after every event there may be more to read.
        self._more: int = PEER_ENDED if getattr(sock, "reads_in_pieces", False) else 0
        #: Whether there may be something to read whose event has passed.
        self._unread = registered and stream.readable  # Its edge came with that of the connect.
        # A peer's address of this type is TCP's: asking the socket makes a member of an enum.
        if type(stream.peername) is not tuple and sock.family == socket.AF_UNIX:
            self._more |= _ASK
        else:
            try:
                # An urgent byte stays where it was sent, as data.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
            except OSError:
                pass  # macOS refuses where the peer has reset it already.

    def _on_ready(self, events: int) -> None:
        try:
            # The common case by itself (a fifth less of all that is done for a message): nothing
            # else to look for, and nothing queued.
            if (
                events == _MESSAGE
                and self.reading
                and self.read_into is None
                and not self._queue
                and not self._more
            ):
                try:
                    data = self._sock.recv(_CHUNK)
                except (OSError, MemoryError) as error:
                    self._end_unless_blocked(error)
                    return
                count, owner = len(data), self.owner
                if 0 < count < _CHUNK and owner is not None:
                    self.state.bytes_received += count
                    owner.on_read(data)
                    if self._queue:  # What came of it was more than there was room for.
                        self.reactor.drain()
                        if not self.closing:
                            self._flush()
                else:
                    self._read(0, data)
                return
            if events & READ_EVENTS:
                if not self.reading:
                    self._unread = True
                elif self.read_into is not None:
                    self._read_into_buffers(events & _MORE_TO_READ | self._more)
                else:
                    self._read(events & _MORE_TO_READ | self._more)
            if self._queue and events & WRITE_EVENTS and not self.closing:
                self._flush()
        except Exception:
            # If the program goes on after that, what was not read or sent has had its edge.
            self._unread = True
            if not self.closing:
                self.reactor.rearm(self.fd)
            raise

    def _start_reading(self) -> None:
        if self._unread:
            self._unread = False
            self.reactor.rearm(self.fd)

    def _end_unless_blocked(self, error: OSError | MemoryError) -> None:
        if not isinstance(error, BlockingIOError):
            self._end_reading(_as_os_error(error))

    def _has_more(self, more: int) -> bool:
        return more != _ASK or is_readable(self.fd)

    def _read(self, more: int, data: bytes | None = None) -> None:
        """Read on, ``data`` being what has been read already."""
        recv, state = self._sock.recv, self.state
        ticks = self.reactor.ticks
        for _ in range(_MAX_READS):
            if data is None:
                try:
                    data = recv(_CHUNK)
                except (OSError, MemoryError) as error:
                    self._end_unless_blocked(error)
                    return
            owner = self.owner
            if owner is None:
                return
            count = len(data)
            if not count:
                self._end_reading(None)
                return
            state.bytes_received += count
            if more and count < _CHUNK and self._has_more(more):
                # As in libuv the end has a turn of its own, after the immediates and closes of
                # this one; since its 1.52 after a hang-up too. There it comes before whatever
                # becomes ready by what the data brings about, as by an echo: so ask at once.
                self.reactor.rearm(self.fd)
            owner.on_read(data)
            if ticks:
                self.reactor.drain()
            if not self.reading:
                self._unread = True
                return
            if count < _CHUNK:
                return
            data = None
        self.reactor.rearm(self.fd)

    def _read_into_buffers(self, more: int) -> None:
        for _ in range(_MAX_READS):
            if self.read_into is None:
                break
            buffer = self.read_into()
            owner = self.owner
            if owner is None:
                return
            if not buffer:
                self._end_without_room()
                return
            try:
                count = self._sock.recv_into(buffer)
            except (OSError, MemoryError) as error:
                self._end_unless_blocked(error)
                return
            if not count:
                self._end_reading(None)
                return
            self.state.bytes_received += count
            size = len(buffer)
            if more and count < size and self._has_more(more):
                self.reactor.rearm(self.fd)  # As above: before what the data brings about.
            self.reactor.call(owner.on_read_into, count, buffer)
            if not self.reading:
                self._unread = True
                return
            if count < size:
                return
        if not self.closing:
            self.reactor.rearm(self.fd)

    def _end_without_room(self) -> None:
        """Fail, as libuv does, if there is something to read into a buffer that is empty."""
        try:
            self._sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except OSError as error:
            self._end_reading(error)
        else:
            self._end_reading(os_error(errno.ENOBUFS))

    def write(self, data: Buffer, done: Done) -> bool:
        if self._queue:
            return self._enqueue(deque([memoryview(data)]), done)
        try:
            sent = self._sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            sent = 0
        self.state.bytes_sent += sent
        if sent == len(data):
            return True
        self._enqueue(deque([memoryview(data)[sent:]]), done)
        self._watch_for_room()
        return False

    def write_many(self, buffers: Sequence[Buffer], done: Done) -> bool:
        views = deque(memoryview(buffer) for buffer in buffers if len(buffer))
        if self._queue:
            return self._enqueue(views, done)
        self._send_views(views)
        if not views:
            return True
        self._enqueue(views, done)
        self._watch_for_room()
        return False

    def _send_views(self, views: deque[memoryview]) -> bool:
        """Send what the kernel takes; the views lose that. False: it is out of buffers."""
        while views:
            try:
                self.state.bytes_sent += send_some(self._sock, views)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                return False
        return True

    def _watch_for_room(self) -> None:
        # A short send is no promise of an edge; asking again is, and costs only where it queued.
        self.reactor.rearm(self.fd)

    def _flush(self) -> None:
        while self._queue:
            write = self._queue[0]
            error, short = None, False
            before = self.state.bytes_sent
            try:
                short = not self._send_views(write.buffers)
            except OSError as failure:
                error = failure
            self.queue_size -= self.state.bytes_sent - before
            if write.buffers and error is None:
                if short:
                    self.reactor.call_later(_RETRY_DELAY, self._flush_again)
                return
            self._written(error)
            if error is not None or self.closing:
                return
        if self._shutdown_done is not None:
            self._shut_down()

    def _flush_again(self) -> None:
        if self._queue and not self.closing:
            self._flush()

    async def release(self, unread: bytes) -> ReleasedSocket:
        return self.release_now(unread)

    def release_now(self, unread: bytes = b"") -> ReleasedSocket:
        """The same at once: a socket has no task that would have to end before."""
        self.read_stop()
        self.closing = True
        self._let_go()
        if unread:
            self.stream.unread(unread)
        return self.stream.release()

    def take_socket(self) -> socket.socket:
        """Let go of a socket that is not connected, the very object, and be closed."""
        self.read_stop()
        self.closing = True
        self._let_go()
        return self._sock

    def _let_go(self) -> None:
        self.reactor.unregister(self.fd)
        super()._let_go()
