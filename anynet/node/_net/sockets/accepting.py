"""The socket of a connection that a server has accepted."""

from __future__ import annotations

from typing import Any

from anynet._transport.streams.stream_base import StreamBase
from anynet.node._net.options.tcp_options import TcpOptions
from anynet.node._net.sockets.handle_link import ConnectionCounter
from anynet.node._net.sockets.handles import handle_for
from anynet.node._net.sockets.socket import Socket
from anynet.node._streams.options import StreamOptions


def accepted_socket(
    stream: StreamBase,
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
    socket, connection = Socket._for_server(server, options, tcp)
    link = connection.link
    link.counted_by = counter
    handle = handle_for(socket.runtime.reactor, stream, link)
    connection.attach_handle(handle)
    if paused:
        socket.readableFlowing = False
    else:
        link.start_first_read(handle, socket.readable_state)
    return socket
