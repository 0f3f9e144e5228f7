"""Handing over the TLS connections of a server without a handler.

The handshake of one slow client must not hold the others up, so it runs in a task of its own, which
then offers the socket to whoever accepts, and stays until the socket is closed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
from anyio.abc import TaskGroup

from anynet._core.connections.socket import Socket
from anynet._core.servers.connection_runner import Handler, ServerConnection

#: How many connections may be in their handshake or wait to be taken.
_MOST_PENDING = 64


class HandshakeQueue:
    """Accepts with ``accept`` and serves with ``serve``, in tasks of ``task_group``."""

    def __init__(
        self,
        accept: Callable[[], Awaitable[ServerConnection]],
        serve: Callable[[ServerConnection, Handler], Awaitable[None]],
        task_group: TaskGroup,
    ) -> None:
        self._accept = accept
        self._serve = serve
        self._task_group = task_group
        self._pending = 0
        self._fewer = anyio.Event()
        self._offered, self._taken = anyio.create_memory_object_stream[Socket](0)
        task_group.start_soon(self._accept_all)

    async def take(self) -> Socket:
        """The next connection; :exc:`anyio.ClosedResourceError` once the server is closed."""
        try:
            return await self._taken.receive()
        except anyio.EndOfStream:
            raise anyio.ClosedResourceError from None

    async def _accept_all(self) -> None:
        try:
            while True:
                while self._pending >= _MOST_PENDING:
                    self._fewer = anyio.Event()
                    await self._fewer.wait()
                served = await self._accept()
                self._pending += 1
                served.task = self._task_group.start_soon(self._serve_one, served)
        except anyio.ClosedResourceError:
            pass  # The server was closed.
        finally:
            self._offered.close()

    async def _serve_one(self, served: ServerConnection) -> None:
        offer = self._offered.clone()
        taken = False

        async def hand_over(socket: Socket) -> None:
            nonlocal taken
            closed = anyio.Event()
            socket.when_closed(closed.set)
            await offer.send(socket)
            offer.close()
            taken = True
            served.task = None  # From now on there is no handler to cancel.
            self._one_less()
            await closed.wait()

        try:
            await self._serve(served, hand_over)
        finally:
            offer.close()
            if not taken:
                self._one_less()

    def _one_less(self) -> None:
        self._pending -= 1
        self._fewer.set()

    def close(self) -> None:
        """Let the streams go, at the end of the server."""
        self._offered.close()
        self._taken.close()
