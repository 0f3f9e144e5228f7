"""Where listening sockets come from: this process opens them, or another one gives them to it."""

from __future__ import annotations

import socket
import weakref
from typing import Any, Protocol

from anynet._rules.options import ListenOptions
from anynet._rules.values.addresses import Address


class Listening(Protocol):
    """Something that connections can be accepted from, once ``fd`` is readable."""

    fd: int
    #: The listening socket itself, for what can be asked of it.
    sock: socket.socket
    #: Where it listens: an IP address and port, or a path.
    address: Address
    closed: bool

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection, non-blocking and close-on-exec, and the peer's socket address.

        Raises :exc:`BlockingIOError` when there is none, and the :exc:`OSError` of the system when
        none can be accepted now.
        """

    def close(self) -> None:
        """Stop listening. Calling it again does nothing."""

    def disown(self) -> None:
        """Close it, but leave a socket of the caller's open: it could not be used after all."""


class ListenerProvider(Protocol):
    """Gives this process what it listens with."""

    async def open(self, options: ListenOptions) -> list[Listening]:
        """Listen wherever ``options`` say: all or nothing; raises as ``open_listeners`` does."""


class Drainable(Protocol):
    """A server, as whoever ends this process knows it."""

    async def shutdown(self, grace: float | None = None) -> object:
        """Stop accepting, and end the connections within ``grace`` seconds."""


_source: ListenerProvider | None = None
_servers: weakref.WeakSet[Drainable] = weakref.WeakSet()


def install_provider(source: ListenerProvider | None) -> None:
    """From now on servers of this process listen with what ``source`` gives; None: as before."""
    global _source  # noqa: PLW0603 - one for the process, as its parent is
    _source = source


def source_for(options: ListenOptions) -> ListenerProvider | None:
    """Who gives the sockets for ``options``; None when this process opens them itself."""
    return None if options.exclusive or options.fd else _source


def register_server(server: Drainable) -> None:
    """Remember a server that has begun to listen, for as long as it exists."""
    _servers.add(server)


def known_servers() -> list[Drainable]:
    """The servers that have begun to listen and still exist, closed ones among them."""
    return list(_servers)
