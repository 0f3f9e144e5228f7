"""A channel to another process on the reactor of a runtime: frames with descriptors, both ways."""

from __future__ import annotations

import errno
import socket
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

import attrs

from anynet._rules.values.errors import DescriptorsTruncated
from anynet._transport.reactor.poller import READ_EVENTS, WRITE_EVENTS
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.sockets.fd_passing import (
    MAX_DESCRIPTORS,
    receive_with_descriptors,
    send_with_descriptors,
)
from anynet.cluster.wire.channel import close_all
from anynet.cluster.wire.frames import ChannelError, Frame, FrameReader, encode

_CHUNK = 65536
_MOST_READS = 32

Sent: TypeAlias = Callable[[OSError | None], object]
#: Called with a frame that came, and with its descriptors, which belong to whoever is called.
OnFrame: TypeAlias = Callable[[Frame, list[int]], object]


@attrs.define(eq=False)
class _Outgoing:
    """A frame of which the kernel has not taken everything yet."""

    data: memoryview
    #: Go with the first byte, and are closed then.
    sockets: list[socket.socket]
    sent: Sent | None


class IpcChannel:
    """One end of a Unix socket pair, which belongs to it.

    What the kernel takes at once has gone when :meth:`send` returns, so that a process may end
    right after it. While something waits to be sent it keeps the runtime open; unless it was
    unref'ed, it does so as long as it is open.
    """

    __slots__ = (
        "_fds",
        "_held",
        "_on_end",
        "_on_frame",
        "_queue",
        "_reactor",
        "_reader",
        "_refed",
        "_sock",
        "closed",
        "closing",
        "queue_size",
    )

    def __init__(
        self,
        reactor: Reactor,
        sock: socket.socket,
        on_frame: OnFrame,
        on_end: Callable[[], object],
    ) -> None:
        sock.setblocking(False)
        self._reactor = reactor
        self._sock = sock
        self._on_frame = on_frame
        self._on_end = on_end
        self._reader = FrameReader()
        self._fds: deque[int] = deque()
        self._queue: deque[_Outgoing] = deque()
        self._refed = False
        self._held = False
        self.queue_size: int = 0
        #: Closed, as soon as all is sent.
        self.closing: bool = False
        self.closed: bool = False
        reactor.register(sock.fileno(), self._on_ready)
        reactor.open.add(self)

    # -- what keeps the runtime open ------------------------------------------------------------

    def ref(self) -> None:
        """Let it keep the runtime open."""
        self._refed = True
        self._note_activity()

    def unref(self) -> None:
        """Don't let it keep the runtime open, unless something waits to be sent."""
        self._refed = False
        self._note_activity()

    def _note_activity(self) -> None:
        held = not self.closed and (self._refed or bool(self._queue))
        if held != self._held:
            self._held = held
            self._reactor.hold(1 if held else -1)

    # -- sending --------------------------------------------------------------------------------

    def send(self, frame: Frame, sockets: list[socket.socket], sent: Sent | None = None) -> None:
        """Send a frame, with sockets that are closed here when they have gone, or never will.

        ``sent`` is called in a tick once all of it has gone, or with the error. Raises
        :exc:`TypeError` or :exc:`ValueError` for a message that cannot be sent.
        """
        try:
            data = encode(attrs.evolve(frame, descriptors=len(sockets)))
        except (TypeError, ValueError):
            for sock in sockets:
                sock.close()
            raise
        self._queue.append(_Outgoing(memoryview(data), sockets, sent))
        self.queue_size += len(data)
        if len(self._queue) == 1:
            self._flush()

    def _flush(self) -> None:
        while self._queue:
            first = self._queue[0]
            try:
                count = send_with_descriptors(
                    self._sock, first.data, [sock.fileno() for sock in first.sockets]
                )
            except BlockingIOError:
                self._reactor.rearm(self._sock.fileno())
                break
            except OSError as error:
                self._fail_all(error)
                break
            self.queue_size -= count
            first.data = first.data[count:]
            for sock in first.sockets:
                sock.close()
            first.sockets = []
            if not first.data:
                self._queue.popleft()
                self._tell(first, None)
        self._note_activity()
        if self.closing and not self._queue:
            self.close_now()

    def _fail_all(self, error: OSError) -> None:
        while self._queue:
            outgoing = self._queue.popleft()
            for sock in outgoing.sockets:
                sock.close()
            self._tell(outgoing, error)
        self.queue_size = 0

    def _tell(self, outgoing: _Outgoing, error: OSError | None) -> None:
        if outgoing.sent is not None:
            self._reactor.next_tick(outgoing.sent, error)

    # -- receiving ------------------------------------------------------------------------------

    def _on_ready(self, events: int) -> None:
        if events & READ_EVENTS:
            self.read()
        if self._queue and events & WRITE_EVENTS and not self.closed:
            self._flush()

    def read(self) -> None:
        """Take what has come."""
        for _ in range(_MOST_READS):
            if self.closed or self.closing:
                return
            try:
                data, fds = receive_with_descriptors(self._sock, _CHUNK, MAX_DESCRIPTORS)
            except BlockingIOError:
                return
            except (OSError, DescriptorsTruncated):
                data, fds = b"", []
            self._fds += fds
            try:
                if not data:
                    raise EOFError
                for frame in self._reader.feed(data):
                    self._on_frame(frame, self._fds_of(frame))
                if self._reader.empty and self._fds:
                    raise ChannelError("descriptors came without a frame that has them")
            except (EOFError, ChannelError):
                # The other end is gone, or sends nonsense.
                self.close_now()
                self._on_end()
            if self._reactor.ticks and self._reactor.in_turn:
                self._reactor.drain()
        if not self.closed:
            self._reactor.rearm(self._sock.fileno())

    def _fds_of(self, frame: Frame) -> list[int]:
        if len(self._fds) < frame.descriptors:
            raise ChannelError("a frame came without its descriptors")
        return [self._fds.popleft() for _ in range(frame.descriptors)]

    # -- the end --------------------------------------------------------------------------------

    def close(self) -> None:
        """Receive nothing more, and close it once what waits is sent."""
        self.closing = True
        if not self._queue:
            self.close_now()

    def close_now(self) -> None:
        """Close it at once."""
        if self.closed:
            return
        self.closed = True
        self._reactor.open.discard(self)
        self._reactor.unregister(self._sock.fileno())
        self._fail_all(OSError(errno.EPIPE, "the channel is closed"))
        self._note_activity()
        close_all(self._fds)
        self._fds.clear()
        self._sock.close()
