"""Servers on their way to another process: both listen with the same socket afterwards."""

from __future__ import annotations

import socket

from anynet._transport.sockets.closing import close_fd
from anynet.node._net.options.listen_options import ListenRequest
from anynet.node._net.servers.server import Server


def copy_listening_socket(server: Server) -> socket.socket | None:
    """The system's socket once more; None if the server does not listen."""
    handle = server._listening.handle
    return None if handle is None else handle.copy_socket()


def listen_with(fd: int) -> Server:
    """A server that listens with ``fd``, which belongs to it; if it cannot, ``error`` comes."""
    server = Server()
    server._listening.bind(ListenRequest(fd=fd, exclusive=True), None)
    if not server.listening:
        close_fd(fd)
    return server
