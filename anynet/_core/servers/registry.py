"""The connections of a server, and waiting for them to end.

A connection is registered from its accept until everything about it is over: a shutdown and its
report count these; ``max_connections`` those of them whose prelude is over. Handlers that wait in a
shutdown of their own server wait for each other otherwise, so it is noted which do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager

import anyio

from anynet._core.servers.admission import Admission
from anynet._core.servers.server_connection import ServerConnection
from anynet._transport.streams.socket_stream import SocketStream


class Registry:
    """Holds each connection from its accept until it was served to its end.

    ``reads_header`` says whether a connection begins with a PROXY header; ``on_remove`` is called
    when one has ended.
    """

    def __init__(self, *, reads_header: bool, on_remove: Callable[[], object]) -> None:
        self._connections: dict[ServerConnection, None] = {}
        self._reads_header = reads_header
        self._on_remove = on_remove
        #: What is to know of each connection, if anything is.
        self.admission: Admission | None = None
        #: Set at the next change and then dropped; made by the first that waits for it.
        self._change: anyio.Event | None = None
        self._callers: Counter[ServerConnection] = Counter()
        #: The connections that each of those who wait waits for.
        self._waits: list[set[ServerConnection]] = []

    def __len__(self) -> int:
        return len(self._connections)

    def __iter__(self) -> Iterator[ServerConnection]:
        return iter(tuple(self._connections))

    def reset_all(self) -> None:
        """Close every connection at once, so that the peers see a failure."""
        for connection in self:
            connection.reset()

    def cut_preludes_off(self) -> None:
        """Reset what is in its TLS handshake, or has not begun at all.

        Nothing is lost with them, and a client that says nothing would hold up the end. Several are
        accepted before the first handler runs, which may want to be the last.
        """
        for connection in self:
            if connection.stream is None and not connection.in_header:
                connection.reset()

    def add(self, raw: SocketStream) -> ServerConnection:
        """A connection was accepted."""
        connection = ServerConnection(raw, self._reads_header)
        self._connections[connection] = None
        if self.admission is not None:
            self.admission.opened(connection)
        return connection

    def remove(self, connection: ServerConnection) -> None:
        """A connection has ended; saying so twice does no harm."""
        if connection in self._connections:
            del self._connections[connection]
            for wait in self._waits:
                wait.discard(connection)
            if self.admission is not None:
                self.admission.ended(connection)
            self._changed()
            self._on_remove()

    @contextmanager
    def in_shutdown(self, callers: Collection[ServerConnection]) -> Iterator[None]:
        """In here the handlers of ``callers`` wait for others to end."""
        self._callers.update(callers)
        self._changed()
        try:
            yield
        finally:
            self._callers.subtract(callers)
            self._callers = +self._callers
            self._changed()

    def calls_shutdown(self, connection: ServerConnection) -> bool:
        """Whether the handler of ``connection`` waits for others to end."""
        return connection in self._callers

    def remaining(
        self, some: Iterable[ServerConnection], spare_callers: bool = False
    ) -> list[ServerConnection]:
        """Those of ``some`` that have not ended, or else do not wait for others to end either."""
        return [
            each
            for each in some
            if each in self._connections and not (spare_callers and each in self._callers)
        ]

    async def wait_ended(
        self, some: Iterable[ServerConnection], spare_callers: bool = False
    ) -> None:
        """Wait until none of ``some`` remains."""
        # One look at all of them, and then one step an end: to look at all with each end would
        # take the square of their number.
        remaining = set(self.remaining(some))
        if not remaining:
            return
        self._waits.append(remaining)
        try:
            while remaining:
                if spare_callers and remaining <= self._callers.keys():
                    return
                await self._next_change()
        finally:
            self._waits = [each for each in self._waits if each is not remaining]

    async def wait_all_ended(self) -> None:
        """Wait until there is no connection."""
        while self._connections:
            await self._next_change()

    async def _next_change(self) -> None:
        if self._change is None:
            self._change = anyio.Event()
        await self._change.wait()

    def _changed(self) -> None:
        if self._change is not None:
            self._change.set()
            self._change = None
