"""The server of a socket, as the code that has the socket sees it.

Servers stand on sockets, and not the other way round, so this is their interface and not their
class.
"""

from __future__ import annotations

from typing import Protocol

import anyio

from anynet._rules.values.addresses import Address
from anynet._rules.values.server_values import ServerStatistics, ShutdownReport


class SocketServer(Protocol):
    """What :attr:`Socket.server` is: the :class:`Server`, as far as its handlers need it."""

    #: Set when the server stops accepting, before the grace period of a shutdown begins:
    #: ``await socket.server.closing.wait()``, or ``socket.server.closing.is_set()``.
    closing: anyio.Event

    @property
    def listening(self) -> bool:
        """Whether the server accepts connections."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where the server listens, or listened before it closed."""

    def statistics(self) -> ServerStatistics:
        """A snapshot of the counters."""

    def close(self) -> None:
        """Stop accepting; the connections go on."""

    async def shutdown(self, grace: float | None = None) -> ShutdownReport:
        """Stop accepting, wait for the connections, then cancel their handlers."""
