"""The connections of a server without a handler that begin with a handshake or a PROXY header.

That of one slow client must not hold the others up, so it runs in a task of its own, which then
offers the socket to the task that accepts, and stays until the socket is closed. No more are
accepted than may be pending: further clients wait in the backlog, where they cost nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
from anyio.abc import TaskGroup

from anynet._core.connections.socket import Socket
from anynet._core.servers.connection_runner import Handler
from anynet._core.servers.server_connection import ServerConnection

#: How many connections may be in their handshake or wait to be taken.
_MAX_PENDING = 64


class HandshakeQueue:
    """Accepts with ``accept`` and runs with ``run``, in tasks of ``task_group``."""

    def __init__(
        self,
        accept: Callable[[], Awaitable[ServerConnection]],
        run: Callable[[ServerConnection, Handler], Awaitable[None]],
        task_group: TaskGroup,
    ) -> None:
        self._accept = accept
        self._run = run
        self._task_group = task_group
        self._pending = 0
        self._left = anyio.Event()
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
                while self._pending >= _MAX_PENDING:
                    self._left = anyio.Event()
                    await self._left.wait()
                connection = await self._accept()
                self._pending += 1
                connection.task = self._task_group.start_soon(self._run_one, connection)
        except anyio.ClosedResourceError:
            pass  # The server was closed.
        finally:
            self._offered.close()

    async def _run_one(self, connection: ServerConnection) -> None:
        offer = self._offered.clone()
        taken = False

        async def hand_over(socket: Socket) -> None:
            nonlocal taken
            closed = anyio.Event()
            socket.when_closed(closed.set)
            await offer.send(socket)
            offer.close()
            taken = True
            connection.hand_over(socket)
            del socket
            self._leave_pending()
            await closed.wait()

        try:
            await self._run(connection, hand_over)
        finally:
            offer.close()
            if not taken:
                self._leave_pending()

    def _leave_pending(self) -> None:
        self._pending -= 1
        self._left.set()

    def close(self) -> None:
        """Let the streams go, at the end of the server."""
        self._offered.close()
        self._taken.close()
