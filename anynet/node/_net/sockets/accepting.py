"""The socket of a connection that a server has accepted."""

from __future__ import annotations

import socket as system
from typing import Protocol

from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._loop.runtime import Runtime
from anynet.node._net.options.tcp_options import TcpOptions
from anynet.node._net.sockets.handle_link import ConnectionCounter
from anynet.node._net.sockets.socket import Socket
from anynet.node._streams.options import StreamOptions


class AcceptingServer(Protocol):
    """The server, as far as its sockets need it."""

    runtime: Runtime


def accepted_socket(
    stream: SocketStream,
    options: StreamOptions,
    tcp: TcpOptions | None,
    server: AcceptingServer,
    counter: ConnectionCounter,
) -> Socket:
    """A socket over a connection of ``server``, counted by ``counter``.

    It reads from the start if its source is to push by the ``options``, and is paused otherwise.
    Raises :exc:`OSError` if it cannot be waited for: the epoll is full, say.
    """
    runtime = server.runtime
    socket = Socket.__new__(Socket)  # Without the constructor, which checks options.
    socket._set_up(options, tcp, server=server, runtime=runtime)
    link = socket._connection.link
    reads = options.source_pushes
    link.attach_handle(SocketHandle(runtime.reactor, stream, link, reading=reads), counter)
    if tcp is not None and stream.sock.family != system.AF_UNIX:
        tcp.apply(stream.sock)
    if not reads:
        socket.readableFlowing = False
    return socket
