"""Giving a connection to the await face, and taking one from there.

All that the adapter needs for it of streams and core sockets is here. What was received and not
read goes along, so no byte is lost on the way; what was written has gone out before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import anyio

from anynet._core.connections.socket import Socket as CoreSocket
from anynet._transport.streams.adopt import adopt
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._emitters.emitter import EventName
from anynet.node._emitters.waiting import on
from anynet.node._errors.errors import NodeError, socket_closed
from anynet.node._net.sockets.connection import SocketConnection
from anynet.node._streams.duplex import Duplex

S = TypeVar("S", bound=Duplex)


def take_from_core(
    socket: CoreSocket, options: Mapping[str, Any], make: Callable[[dict[str, Any]], S]
) -> S:
    """Take the connection of a core socket, which is closed by that; see ``Socket.fromCore``."""
    stream = adopt(socket.release())
    try:
        taken = make({"allowHalfOpen": stream.state.allow_half_open, **options, "handle": stream})
    except BaseException:
        stream.abort()
        raise
    if stream.state.eof_sent:
        taken.writable_state.mark_absent()
    if isinstance(stream, SocketStream) and stream.unread_bytes:
        taken.push(stream.take_unread())
    return taken


async def give_to_core(socket: Duplex, connection: SocketConnection) -> CoreSocket:
    """Give the connection away when nothing is under way any more; see ``Socket.toCore``."""
    if connection.connecting:
        await _event_or_close(socket, "connect")
    await _all_written(socket)
    link = connection.link
    if link.handle is None:
        if link.given_away:
            why = "Socket is closed: its connection was given away"
            raise NodeError(why, "ERR_SOCKET_CLOSED")
        raise socket_closed()
    unread, handle = socket.readable_state.take_unread(), link.release()
    socket.close_without_events()
    released = await handle.release(unread)
    released.state.allow_half_open = socket.allowHalfOpen
    return CoreSocket.adopt(released)


async def _all_written(stream: Duplex) -> None:
    """Wait until everything written has gone out and was called back for."""
    while stream.writableCorked:
        stream.uncork()
    if stream.writableEnded:
        if not stream.writableFinished and not stream.destroyed:
            await _event_or_close(stream, "finish")
    elif stream.writableLength and not stream.destroyed:
        written = anyio.Event()
        stream.write(b"", lambda _error=None: written.set())
        await stream.runtime.wait(written)


async def _event_or_close(stream: Duplex, name: EventName) -> None:
    """Wait for an event, or for the end of the stream. Raises what an ``error`` event carries."""
    events = on(stream, name, close=["close"])
    await anext(events, None)
    await events.aclose()
