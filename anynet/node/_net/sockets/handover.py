"""Giving a connection to the await face, and taking one from there.

All that the adapter needs for it of streams and core sockets is here. What was received and not
read goes along, so no byte is lost on the way; what was written has gone out before.
"""

from __future__ import annotations

import anyio
import attrs

from anynet._core.connections.connection import Connection
from anynet._core.connections.socket import Socket as CoreSocket
from anynet._rules.options import ConnectionOptions
from anynet._transport.reactor.handle import Handle
from anynet._transport.streams.prefixed_stream import PrefixedStream
from anynet._transport.streams.stream_base import StreamBase
from anynet.node._emitters.emitter import EventName
from anynet.node._emitters.waiting import on
from anynet.node._streams.duplex import Duplex


@attrs.frozen
class Taken:
    """A connection that a core socket has given away."""

    stream: StreamBase
    #: Received there and not read.
    unread: bytes
    allow_half_open: bool
    #: Whether our side was ended there.
    ended: bool


def take_from_core(socket: CoreSocket) -> Taken:
    """Take the connection of a core socket, which is closed by that.

    Raises :exc:`anyio.ClosedResourceError` if it is closed, :exc:`anyio.BusyResourceError` if it
    stands on a foreign stream that is in use.
    """
    stream = socket.hand_over()
    unread = stream.take_leftover() if isinstance(stream, PrefixedStream) else b""
    return Taken(stream, unread, stream.allow_half_open, stream.eof_sent)


async def give_to_core(handle: Handle, unread: bytes, *, allow_half_open: bool) -> CoreSocket:
    """The connection of a handle that its socket has released, as a core socket."""
    stream = await handle.release(unread)
    return CoreSocket(Connection(stream, ConnectionOptions(allow_half_open=allow_half_open)))


async def all_written(stream: Duplex) -> None:
    """Wait until everything written has gone out and was called back for."""
    while stream.writableCorked:
        stream.uncork()
    if stream.writableEnded:
        if not stream.writableFinished and not stream.destroyed:
            await event_or_close(stream, "finish")
    elif stream.writableLength and not stream.destroyed:
        written = anyio.Event()
        stream.write(b"", lambda _error=None: written.set())
        await stream.runtime.wait(written)


async def event_or_close(stream: Duplex, name: EventName) -> None:
    """Wait for an event, or for the end of the stream. Raises what an ``error`` event carries."""
    events = on(stream, name, close=["close"])
    await anext(events, None)
    await events.aclose()
