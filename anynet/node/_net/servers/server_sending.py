"""Servers on their way: to another process, which listens too then, or thread, which alone does."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from anynet._transport.listening.listener import Listener
from anynet._transport.listening.released_listeners import ReleasedListeners
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


# -- to another thread ----------------------------------------------------------------------------


def can_move_listening(server: Server) -> bool:
    """Whether another thread can go on listening: on a port, by a socket that is ours alone."""
    handle = server._listening.handle
    return handle is not None and handle.is_tcp and handle.can_release


def move_listening(server: Server) -> ReleasedListeners:
    """What it listens with, for another thread; the server does not listen any more."""
    return server._listening.release()


def listen_again(listeners: list[Listener], options: Mapping[str, Any]) -> Server:
    """A server that listens with what came from another thread; it emits ``listening``."""
    server = Server(options)
    server._listening.take_over(listeners[0])
    return server
