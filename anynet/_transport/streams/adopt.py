"""Taking a connection over that another owner has released."""

from __future__ import annotations

from anynet._transport.loops.host_loop import HostLoop
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import Released, ReleasedStream, StreamBase
from anynet._transport.streams.wrapped_stream import WrappedStream


def adopt(released: Released | ReleasedStream, host: HostLoop | None = None) -> StreamBase:
    """A stream over the connection, which goes on where the one before has stopped.

    Inverse of :meth:`StreamBase.release`. ``host`` is the loop that it will live in (None: the
    running one).
    """
    if isinstance(released, Released):
        return SocketStream(
            released.sock,
            peername=released.peername,
            proxy_header=released.proxy_header,
            host=host,
            state=released.state,
            unread=released.unread,
        )
    return WrappedStream(
        released.stream,
        base=released.base,
        close_timeout=released.close_timeout,
        outcome=released.outcome,
        state=released.state,
        unread=released.unread,
    )
