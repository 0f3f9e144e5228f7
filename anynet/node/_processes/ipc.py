"""A channel to another process on the reactor of a runtime: messages with descriptors, both ways.

It is registered once, edge-triggered: so it reads until there is nothing, at most 32 times before
others run, and is then armed again. After each reading the tick queue runs, as in Node, where each
message of a channel is a callback of its own.
"""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Callable
from typing import Any, TypeAlias

from anynet._transport.reactor.poller import READ_EVENTS, WRITE_EVENTS
from anynet._transport.reactor.reactor import Reactor
from anynet.cluster.wire.frame_socket import Finished, FrameSocket, OutgoingMessage, is_gone
from anynet.cluster.wire.frames import ChannelError
from anynet.node._processes.messages import CODEC

_log = logging.getLogger("anynet")

MAX_READS = 32

#: Called with a message that came, whose descriptors belong to the one that is called.
OnMessage: TypeAlias = Callable[[Any], object]
#: Called once when the other end is gone, with what was wrong if it sent nonsense.
OnEnd: TypeAlias = Callable[[str | None], object]


class IpcChannel:
    """One end of a Unix socket pair, which belongs to it.

    What the kernel takes at once has gone when :meth:`send` returns, so that a process may end
    right after it. While something waits to be sent it keeps the runtime open; unless it was
    unref'ed, it does so as long as it is open.
    """

    __slots__ = ("_frames", "_held", "_on_end", "_on_message", "_reactor", "_refed", "closing")

    def __init__(
        self, reactor: Reactor, sock: socket.socket, on_message: OnMessage, on_end: OnEnd
    ) -> None:
        self._frames = FrameSocket(sock)
        self._reactor = reactor
        self._on_message = on_message
        self._on_end = on_end
        self._refed = False
        self._held = False
        #: Closed, as soon as all is sent.
        self.closing: bool = False
        reactor.register_with_room(sock.fileno(), self._on_ready)
        reactor.open_handles.add(self)

    @property
    def open(self) -> bool:
        """Whether it is neither closed nor about to be."""
        return not (self.closing or self._frames.closed)

    @property
    def queue_size(self) -> int:
        """How many bytes wait to be sent."""
        return self._frames.queue_size

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
        held = not self._frames.closed and (self._refed or self._frames.waiting)
        if held != self._held:
            self._held = held
            (self._reactor.add_ref if held else self._reactor.release)()

    # -- sending --------------------------------------------------------------------------------

    def send(
        self, message: Any, sent: Finished | None = None, then: Finished | None = None
    ) -> None:
        """Send a message. ``then`` is called when it has gone or never will; ``sent`` in a tick.

        Both get None, or the error. Its descriptors have to stay open until then. Raises
        :exc:`TypeError` or :exc:`ValueError` for a message that cannot be sent.
        """

        def finished(error: Exception | None) -> None:
            if then is not None:
                then(error)
            if sent is not None:
                self._reactor.next_tick(sent, error)

        self._frames.put(OutgoingMessage.of_frame(CODEC.encode(message), finished))
        self._flush()

    def _flush(self) -> None:
        try:
            if not self._frames.flush():
                self._reactor.rearm(self._frames.fileno())
        except OSError as error:
            self._frames.fail_all(error)
            if not is_gone(error):
                # A frame was cut: what would follow it is nonsense over there.
                _log.warning("a process is disconnected: %s", error)
                self._reactor.next_tick(self.end, None)
        self._note_activity()
        if self.closing and not self._frames.waiting:
            self.close_now()

    # -- receiving ------------------------------------------------------------------------------

    def _on_ready(self, events: int) -> None:
        if events & READ_EVENTS:
            self.read()
        if events & WRITE_EVENTS and self._frames.waiting:
            self._flush()

    def read(self) -> None:
        """Take what has come."""
        for _ in range(MAX_READS):
            if not self.open:
                return
            try:
                for frame in self._frames.receive():
                    self._on_message(CODEC.decode(frame))
            except BlockingIOError:
                return
            except EOFError:
                self.end(None)
            except ChannelError as error:
                self.end(str(error))
            if self._reactor.ticks and self._reactor.in_turn:
                self._reactor.drain()
        if self.open:
            self._reactor.rearm(self._frames.fileno())

    # -- the end --------------------------------------------------------------------------------

    def end(self, nonsense: str | None) -> None:
        """Close it at once, since the other end is gone or sent nonsense."""
        if not self._frames.closed:
            self.close_now()
            self._on_end(nonsense)

    def close(self) -> None:
        """Receive nothing more, and close it once what waits is sent."""
        self.closing = True
        if not self._frames.waiting:
            self.close_now()

    def close_now(self) -> None:
        """Close it at once."""
        if self._frames.closed:
            return
        self._reactor.open_handles.discard(self)
        self._reactor.unregister(self._frames.fileno())
        self._frames.close(OSError(errno.EPIPE, "the channel is closed"))
        self._note_activity()
