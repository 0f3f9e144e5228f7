"""The connections of a server: how many there are, and its ``close`` when none is left."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Self

from anynet._transport.reactor.listen_handle import ListenHandle
from anynet.node._errors.errors import validate_function
from anynet.node._loop.runtime import Runtime
from anynet.node._net.servers.server_event_types import ServerEvents


class ServerCounting(ServerEvents):
    """A server that counts its connections, those included that it sent to other processes."""

    __slots__ = ("_connections", "_handle", "_runtime", "_sent")

    def _set_up_counting(self, runtime: Runtime) -> None:
        self._runtime = runtime
        #: What it listens with; other servers may share it.
        self._handle: ListenHandle | None = None
        self._connections = 0
        #: How many sockets other processes have of it, by the channels they went through.
        self._sent: dict[object, int] | None = None

    def _connection_closed(self, _socket: object) -> None:
        """One of its sockets has closed its handle."""
        self._connections -= 1
        self._tell_close_if_drained()

    def getConnections(self, callback: Callable[[Exception | None, int], object]) -> Self:
        """Call ``callback(error, count)`` later, with how many connections are open now.

        Those that were sent to other processes count as long as they are open there. Raises
        ``ERR_INVALID_ARG_TYPE`` if ``callback`` is no function. Returns the server.
        """
        validate_function("callback", callback)
        count = self._connections + sum((self._sent or {}).values())
        self._runtime.next_tick(callback, None, count)
        return self

    @property
    def connections(self) -> int:
        """How many connections are open. Deprecated: use :meth:`getConnections`."""
        warnings.warn(
            "Server.connections property is deprecated. Use Server.getConnections method instead.",
            DeprecationWarning,
            stacklevel=2,
        )
        return self._connections

    def _tell_close_if_drained(self) -> None:
        if self._handle is None and not self._connections and not self._sent:
            self._runtime.next_tick(self.emit, "close")

    # -- sockets of other processes -------------------------------------------------------------

    def _note_sent(self, channel: object) -> None:
        """A socket has gone through ``channel``."""
        if self._sent is None:
            self._sent = {}
        self._sent[channel] = self._sent.get(channel, 0) + 1

    def _note_sent_closed(self, channel: object) -> int:
        """A socket that went there is closed. Returns how many others still are there."""
        if self._sent is None or channel not in self._sent:
            return 0
        self._sent[channel] -= 1
        left = self._sent[channel]
        if not left:
            self._note_all_closed(channel)
        return left

    def _note_all_closed(self, channel: object) -> None:
        """The process at the other end of ``channel`` is gone, or has no more sockets."""
        if self._sent is not None and self._sent.pop(channel, None) is not None:
            self._tell_close_if_drained()
