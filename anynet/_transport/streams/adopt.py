"""Taking a connection over that another owner has released."""

from __future__ import annotations

from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet._transport.streams.released import Released, ReleasedSocket
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import ReleasedStream, StreamBase
from anynet._transport.streams.tls_connection import TlsConnection
from anynet._transport.streams.tls_stream import TlsStream
from anynet._transport.streams.wrapped_stream import WrappedStream


def adopt(released: Released, host: HostLoop | None = None) -> StreamBase:
    """A stream over the connection, which goes on where the one before has stopped.

    Inverse of :meth:`StreamBase.release`. ``host`` is the loop that it will live in (None: the
    running one). Raises the closed error if another has adopted it before, and
    :exc:`RuntimeError` for a stream that cannot leave its event loop.
    """
    host = host or current_host_loop()  # Raises outside of an event loop: before it is taken.
    if isinstance(released, ReleasedSocket):
        return SocketStream(
            released.take(),
            peername=released.peername,
            proxy_header=released.proxy_header,
            host=host,
            state=released.state,
            unread=released.unread,
        )
    assert isinstance(released, ReleasedStream)
    if released.host is not host:
        raise RuntimeError(
            "only a connection on a socket of the operating system can move to another event loop;"
            " what is over TLS or another stream stays where it is"
        )
    stream = released.take()
    if isinstance(stream, TlsConnection):
        return TlsStream(
            stream,
            close_timeout=released.close_timeout,
            outcome=released.outcome,
            state=released.state,
            unread=released.unread,
        )
    return WrappedStream(
        stream,
        base=released.base,
        close_timeout=released.close_timeout,
        outcome=released.outcome,
        state=released.state,
        unread=released.unread,
    )
