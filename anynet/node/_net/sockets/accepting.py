"""The socket of a connection that a server has accepted."""

from __future__ import annotations

import socket as system
from typing import Any

from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._net.options.tcp_options import TcpOptions
from anynet.node._net.sockets.handle_link import ConnectionCounter
from anynet.node._net.sockets.socket import Socket
from anynet.node._streams.options import StreamOptions


def accepted_socket(
    stream: SocketStream,
    options: StreamOptions,
    tcp: TcpOptions | None,
    server: Any,
    counter: ConnectionCounter,
    *,
    paused: bool,
) -> Socket:
    """A socket over a connection of ``server``, counted by ``counter``.

    Raises :exc:`OSError` if it cannot be waited for: the epoll is full, say.
    """
    socket = Socket.__new__(Socket)  # Without the constructor, which checks options.
    socket._set_up(options, tcp, server=server)
    link = socket._connection.link
    handle = SocketHandle(socket.runtime.reactor, stream, link)
    link.attach_handle(handle, counter)
    if tcp is not None and stream.sock.family != system.AF_UNIX:
        tcp.apply(stream.sock)
    if paused:
        socket.readableFlowing = False
    else:
        link.start_first_read(handle, socket.readable_state)
    return socket
