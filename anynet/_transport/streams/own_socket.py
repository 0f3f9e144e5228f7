"""The socket of the operating system below a stream, for what needs one.

Each raises :exc:`ValueError` for a stream that has none, naming the ``operation`` that needs it,
and after the close the closed error.
"""

from __future__ import annotations

import socket

from anyio.streams.tls import TLSStream

from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.tls_connection import TlsConnection
from anynet._transport.streams.wrapped_stream import WrappedStream


def raw_stream(stream: StreamBase, operation: str) -> SocketStream:
    """``stream``, if it is our own."""
    if not isinstance(stream, SocketStream):
        raise ValueError(f"{operation} needs a socket of the operating system, not a stream")
    if stream.closed:
        raise stream.state.closed_error()
    return stream


def unix_stream(stream: StreamBase, operation: str) -> SocketStream:
    """``stream``, if it is our own over a Unix socket."""
    raw = raw_stream(stream, operation)
    if raw.sock.family != socket.AF_UNIX:
        raise ValueError(f"{operation} needs a Unix socket, not {raw.sock.family.name}")
    return raw


def tcp_socket(stream: StreamBase, operation: str) -> socket.socket:
    """The TCP socket below ``stream``, through TLS too."""
    below = stream.base if isinstance(stream, WrappedStream) else stream
    if stream.closed:
        raise stream.state.closed_error()
    if not isinstance(below, SocketStream) or below.sock.family == socket.AF_UNIX:
        raise ValueError(f"{operation} needs a TCP socket")
    return below.sock


def only_owned_by(stream: StreamBase) -> SocketStream | None:
    """``stream``, or what lies below its TLS; None where that belongs to a stream of a program's.

    That is a :class:`~anynet.Socket`, or any other stream, between the TLS and what we have made.
    """
    below: object = stream.stream if isinstance(stream, WrappedStream) else stream
    while isinstance(below, (TLSStream, TlsConnection)):
        below = below.transport_stream
    return below if isinstance(below, SocketStream) else None
