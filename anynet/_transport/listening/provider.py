"""Where the listeners of this process come from, and which servers it has.

A worker of a cluster installs a provider, which asks the primary; then servers listen with what it
gives. Both are one for the process, as its parent is: a worker's servers may run in several event
loops, and the end of the process ends them all.
"""

from __future__ import annotations

import weakref
from typing import Protocol

from anynet._rules.options import ListenOptions
from anynet._transport.listening.listener import Listener


class ListenerProvider(Protocol):
    """Gives this process what it listens with."""

    async def open(self, options: ListenOptions) -> list[Listener]:
        """Listen wherever ``options`` say: all or nothing; raises as ``open_listeners`` does."""


class Drainable(Protocol):
    """A server, as the code that ends this process knows it."""

    async def shutdown(self, grace: float | None = None) -> object:
        """Stop accepting, and end the connections within ``grace`` seconds."""


_provider: ListenerProvider | None = None
_servers: weakref.WeakSet[Drainable] = weakref.WeakSet()


def install_provider(provider: ListenerProvider | None) -> None:
    """Let the servers of this process listen with what ``provider`` gives; None: as before."""
    global _provider  # noqa: PLW0603 - one for the process, as its parent is
    _provider = provider


def provider_for(options: ListenOptions) -> ListenerProvider | None:
    """The provider to ask for ``options``; None when this process opens the sockets itself."""
    own = options.exclusive or options.fd or options.adopt or options.bound
    return None if own else _provider


def register_server(server: Drainable) -> None:
    """Remember a server that has begun to listen, for as long as it exists."""
    _servers.add(server)


def known_servers() -> list[Drainable]:
    """The servers that have begun to listen and still exist, closed ones among them."""
    return list(_servers)
