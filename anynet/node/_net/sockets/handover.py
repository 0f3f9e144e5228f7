"""From one world to the other: the same connection as a core socket."""

from __future__ import annotations

import anyio

from anynet._core.connections.socket import Socket as CoreSocket
from anynet.node._emitters.emitter import EventName
from anynet.node._emitters.waiting import on
from anynet.node._errors.errors import socket_closed
from anynet.node._net.sockets.socket_members import SocketMembers


class SocketBridge(SocketMembers):
    """A socket that can leave the runtime."""

    __slots__ = ()

    async def toCore(self) -> CoreSocket:
        """This connection as an :class:`anynet.Socket`, outside of the runtime's care.

        Waits until it is connected, and everything written has gone out and was called back for.
        What is unread, decoded or not, is what the new socket receives first; text goes back by its
        encoding, so bytes that were no valid text are lost. This socket is destroyed then, and
        emits nothing any more, not even ``close``.

        Raises what a connect under way fails with, and ``ERR_SOCKET_CLOSED`` if there is no
        connection any more. Cancelling the wait leaves the socket as it is.
        """
        if self.connecting:
            await self._event_or_close("connect")
        while self.writableCorked:
            self.uncork()
        await self._everything_written()
        handle = self._handle
        if handle is None:
            raise socket_closed()
        unread = self.readable_state.take_unread()
        self._leave()
        released = await handle.release(unread)
        released.state.allow_half_open = self.allow_half_open
        return CoreSocket.adopt(released)

    async def _everything_written(self) -> None:
        if self.writableEnded:
            if not self.writableFinished and not self.destroyed:
                await self._event_or_close("finish")
        elif self.writableLength and not self.destroyed:
            written = anyio.Event()
            self.write(b"", lambda _error=None: written.set())
            await self.runtime.wait(written)

    async def _event_or_close(self, name: EventName) -> None:
        events = on(self, name, close=["close"])
        await anext(events, None)
        await events.aclose()

    def _give_away(self) -> bytes:
        """Let go of the handle, which goes to another process with what this returns.

        Unlike :meth:`_leave`, this leaves the socket as it is, only without a handle: as in Node.
        """
        unread = self.readable_state.take_unread()
        self._handle = None
        self._stop_idle_timer()
        server, self._counted_by = self._counted_by, None
        if server is not None:
            server._connection_closed(self)
        return unread

    def _leave(self) -> None:
        """Be destroyed without a word; the handle is somebody else's."""
        self._handle = None
        self.close_without_events()
        self._stop_idle_timer()
        server, self._counted_by = self._counted_by, None
        if server is not None:
            server._connection_closed(self)
