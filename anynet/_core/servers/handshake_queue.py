"""The connections of a server without a handler that begin with a handshake or a PROXY header.

That of one slow client must not hold the others up, so it runs in a task of its own, which then
offers the socket to the task that accepts, and stays until the socket is closed. How many may be in
their prelude is for :class:`Admission` to say, and that never stops the accepting. What does is a
program that does not take what is ready: further clients then wait in the backlog, where they cost
nothing.

The offer is a queue of our own, in which nothing is ever closed that a task may still have to use.
(With a stream whose sending end each connection cloned, a server that was closed in the turn of an
accept raised ClosedResourceError out of its block: on Trio in 9 of 144 closes.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from anynet._core.connections.socket import Socket
from anynet._core.servers.connection_runner import Handler
from anynet._core.servers.server_connection import ServerConnection
from anynet._transport.loops.host_loop import IN_SCOPE, TaskScope

#: How many connections may be ready and wait to be taken.
_MAX_READY = 64


class HandshakeQueue:
    """Accepts with ``accept`` and runs with ``run``, in tasks of ``task_group``."""

    def __init__(
        self,
        accept: Callable[[], Awaitable[ServerConnection]],
        run: Callable[[TaskScope, ServerConnection, Handler], Awaitable[None]],
        task_group: TaskGroup,
    ) -> None:
        self._accept = accept
        self._run = run
        self._task_group = task_group
        self._ready: deque[tuple[ServerConnection, Socket]] = deque()
        #: How many connections are in their prelude.
        self._preludes = 0
        #: Whether connections are still accepted.
        self._accepting = True
        #: Says whether the server was closed, or released, once that is so.
        self._end = anyio.ClosedResourceError()
        #: Set at every change of these three, and then replaced.
        self._change = anyio.Event()
        task_group.start_soon(self._accept_all)

    async def take(self) -> Socket:
        """The next connection; :exc:`anyio.ClosedResourceError` once the server is closed.

        Those that are in a PROXY header when it is closed still come. Cancelling it loses none.
        """
        await anyio.lowlevel.checkpoint()
        while not self._ready:
            if not (self._accepting or self._preludes):
                raise anyio.ClosedResourceError(*self._end.args)
            await self._change.wait()
        connection, socket = self._ready.popleft()
        connection.hand_over(socket)
        self._changed()
        return socket

    async def _accept_all(self) -> None:
        try:
            while True:
                while len(self._ready) >= _MAX_READY:
                    await self._change.wait()
                connection = await self._accept()
                self._preludes += 1
                connection.task = self._task_group.start_soon(self._run_one, connection)
        except anyio.ClosedResourceError as error:
            self._end = error.with_traceback(None)
        finally:
            self._accepting = False
            self._changed()

    async def _run_one(self, connection: ServerConnection) -> None:
        offered = False

        async def offer(socket: Socket) -> None:
            nonlocal offered
            closed = anyio.Event()
            socket.when_closed(closed.set)
            self._ready.append((connection, socket))
            del socket  # Once it is taken, it belongs to the program alone.
            offered = True
            self._preludes -= 1
            self._changed()
            await closed.wait()

        try:
            await self._run(IN_SCOPE, connection, offer)
        finally:
            if not offered:
                self._preludes -= 1
            elif connection.handed_over is None:  # It was closed before it was taken.
                ready = [each for each in self._ready if each[0] is not connection]
                self._ready = deque(ready)
            self._changed()

    def _changed(self) -> None:
        self._change.set()
        self._change = anyio.Event()
