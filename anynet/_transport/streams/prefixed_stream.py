"""Our own stream after somebody else has read from it: the bytes that were left come first."""

from __future__ import annotations

import socket
from collections.abc import Coroutine
from typing import Any

from anynet._rules.values.errors import ConnectionEnded
from anynet._transport.sockets.buffers import bytes_view
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import EndError


class PrefixedStream(SocketStream):
    """A :class:`SocketStream` that hands out ``leftover`` before it reads from the socket."""

    __slots__ = ("_leftover",)

    def __init__(self, stream: SocketStream, leftover: bytes) -> None:
        super().__init__(stream.detach(), peername=stream.peername, host=stream.host)
        self.adopt_state(stream)
        self.eof_received = False  # It comes again, after what is left.
        self._leftover = leftover

    def take_leftover(self) -> bytes:
        """All that is left, for somebody who reads from the socket directly."""
        leftover, self._leftover = self._leftover, b""
        return leftover

    def detach(self) -> socket.socket:
        """As always, but what is left has to be taken before: the socket would lose it."""
        if self._leftover:
            raise ValueError(f"{len(self._leftover)} bytes that were received are still unread")
        return super().detach()

    def _take(self, max_bytes: int) -> bytes:
        data, self._leftover = self._leftover[:max_bytes], self._leftover[max_bytes:]
        return data

    def receive(
        self, max_bytes: int = 65536, at_end: EndError = ConnectionEnded
    ) -> Coroutine[Any, Any, bytes]:
        if self._leftover and max_bytes >= 1:
            return self._receive_leftover(max_bytes)
        return super().receive(max_bytes, at_end)

    async def _receive_leftover(self, max_bytes: int) -> bytes:
        await self.host.enter_operation()
        if self.receive_guard is not None:
            self.refuse_receive()
        return self._take(max_bytes) if self._leftover else await super().receive(max_bytes)

    async def receive_into(self, buffer: bytearray | memoryview) -> int:
        view = bytes_view(buffer)
        if not self._leftover or view.readonly or not view.nbytes:
            return await super().receive_into(buffer)
        data = await self._receive_leftover(view.nbytes)
        view[: len(data)] = data
        return len(data)

    async def receive_fds(self, msglen: int, maxfds: int) -> tuple[bytes, list[int]]:
        if self._leftover and msglen >= 1:
            return await self._receive_leftover(msglen), []
        return await super().receive_fds(msglen, maxfds)

    def try_receive(self, max_bytes: int = 65536) -> bytes | None:
        return self._take(max_bytes) if self._leftover else super().try_receive(max_bytes)

    async def wait_readable(self) -> None:
        if self._leftover:
            await self.host.enter_operation()
        else:
            await super().wait_readable()

    def hand_over(self) -> SocketStream:
        return PrefixedStream(self, self.take_leftover())
