"""The way of a chunk through a pipe from one socket to another, or back to itself.

``push``, the pipe's listener, ``write`` and what they ask are six calls for each chunk. Where no
method is the program's, and the other end takes all of it at once, they leave both streams as they
were. So from its second chunk on such a pipe owns the reads of the handle, and passes what was
received to the other handle. The rules that live here:

- That all methods are our own is asked once. A program that changes one later sets an attribute,
  and any attribute that is set ends this; as does any other listener, or pipe.
- The rest is asked for each chunk, by attributes alone. Any answer but that of a flow without
  obstacles sends the chunk the general way. That the source has failed, or ended, is asked as well:
  where a callback raises, the ticks that would undo the pipe come after the next event.
- So does a write that did not go at once: the general way is told what has become of it, and
  accounts for it as for its own.
- It refers to the destination, so a pipe that is removed ends this, and not the next chunk.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol

from anynet._transport.reactor.handle import Handle, HandleOwner
from anynet.node._emitters.emitter import EventEmitter
from anynet.node._emitters.own_listeners import unchanged
from anynet.node._net.sockets.idle_timeout import IdleTimeout
from anynet.node._streams.duplex import Duplex
from anynet.node._streams.pipe import Pipe
from anynet.node._streams.pipe_set import NO_SHORTCUT, PipeSet
from anynet.node._streams.write_end import WriteEnd

# Looking a member up in its class is a call of a Python function in Python 3.11.
_OPEN = WriteEnd.OPEN


class Link(HandleOwner, Protocol):
    """The link of a socket to its handle, as far as forwarding needs it."""

    handle: Handle | None
    idle: IdleTimeout | None

    def note_tried(self, outcome: Literal[False] | OSError | None, /) -> None: ...

    def on_written(self, error: OSError | None, /) -> None: ...


def begin_forwarding(link: Link, socket: Any, pipes: PipeSet) -> None:
    """Forward what is received from now on, if that is what pipes of the socket come to.

    Not before a chunk went through: most connections carry one, and what keeps the rest short is
    memory of each.
    """
    if not socket.readable_state.data_emitted:
        return
    pipes.take_shortcut(NO_SHORTCUT)
    pipe = pipes.pipes[0] if len(pipes.pipes) == 1 else None
    if not isinstance(pipe, Pipe) or socket.listener_table.get("data") != (pipe.on_data,):
        return
    for each in (socket, pipe.destination):
        if not isinstance(each, EventEmitter) or not unchanged(each, "data"):
            return
    handle, out = link.handle, pipe.destination._connection.link.handle
    if handle is not None and handle.read_into is None and out is not None:
        handle.owner = forwarding = Forwarding(link, pipe, out)
        pipes.take_shortcut(forwarding)


class Forwarding:
    """Owns the reads of one handle in the place of its socket's link."""

    __slots__ = (
        "_link",
        "_listeners",
        "_on_written",
        "_out",
        "_out_link",
        "_out_set",
        "_set",
        "_sink",
        "_socket",
        "_source",
    )

    def __init__(self, link: Link, pipe: Pipe, out: Handle) -> None:
        source: Any = pipe.source
        sink = pipe.destination
        self._link = link
        self._out_link: Link = sink._connection.link
        self._on_written = self._out_link.on_written
        self._out = out
        self._socket: Duplex = source
        #: Replaced, and never changed, where others listen as well.
        self._listeners = source.listener_table["data"]
        self._source = source.readable_state
        self._sink = sink.writable_state
        #: What the program has set on the two sockets: nothing so far, and a method hides ours.
        self._set: dict[str, Any] = source.__dict__
        self._out_set: dict[str, Any] = sink.__dict__

    def on_read(self, data: bytes) -> None:
        """The handle has received ``data``."""
        socket = self._socket
        table = socket.listener_table
        if table is None or table.get("data") is not self._listeners or self._set or self._out_set:
            self.leave()
            self._link.on_read(data)
            return
        source, sink, out = self._source, self._sink, self._out
        if (
            source.flowing
            and not source.length
            and not source.ended
            and source.decoder is None
            and socket.errored is None
            and sink.end is _OPEN
            and not sink.writing
            and sink.plain
            and not out.closing
        ):
            outcome: Literal[False] | OSError = False
            try:
                if out.write(data, self._on_written):
                    for idle in (self._link.idle, self._out_link.idle):
                        if idle is not None:
                            idle.touch()
                    return
            except OSError as error:
                outcome = error
            self._out_link.note_tried(outcome)
        self._link.on_read(data)
        self._out_link.note_tried(None)

    def leave(self) -> None:
        """Give the reads back to the socket's link."""
        handle = self._link.handle
        if handle is not None and handle.owner is self:
            handle.owner = self._link

    def on_read_into(self, count: int, buffer: bytearray | memoryview) -> None:
        """Not called: no socket with a buffer of the program's forwards."""
        self._link.on_read_into(count, buffer)

    def on_read_end(self) -> None:
        """The peer has ended."""
        self._link.on_read_end()

    def on_read_error(self, error: OSError) -> None:
        """The connection is broken."""
        self._link.on_read_error(error)
