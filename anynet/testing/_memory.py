"""Connected streams within the process: a network without a network."""

from __future__ import annotations

from typing import Unpack

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream

from anynet import Socket
from anynet._rules.checks import check_positive_int
from anynet._rules.options import ConnectionOptionNames

#: How many bytes are under way in one direction before a send waits, as in a kernel's buffer.
_CAPACITY = 65536


class _Pipe:
    """The bytes of one direction, and who waits for them."""

    __slots__ = ("arrived", "buffer", "ended", "reader_left", "taken")

    def __init__(self) -> None:
        self.buffer: bytearray = bytearray()
        #: Will no more bytes be put?
        self.ended: bool = False
        #: Will no more bytes be taken?
        self.reader_left: bool = False
        self.arrived: anyio.Event = anyio.Event()
        self.taken: anyio.Event = anyio.Event()

    def changed(self) -> None:
        """Wake both sides, to look again."""
        self.arrived.set()
        self.taken.set()


class MemoryStream(ByteStream):
    """One end of :func:`memory_stream_pair`."""

    def __init__(self, incoming: _Pipe, outgoing: _Pipe) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._closed = False
        self._receiving = False
        self._sending = False

    async def receive(self, max_bytes: int = 65536) -> bytes:
        check_positive_int("max_bytes", max_bytes)
        if self._receiving:
            raise anyio.BusyResourceError("receiving from")
        pipe = self._incoming
        self._receiving = True
        try:
            await anyio.lowlevel.checkpoint()
            while not (pipe.buffer or pipe.ended or self._closed):
                pipe.arrived = anyio.Event()
                await pipe.arrived.wait()
        finally:
            self._receiving = False
        if self._closed:
            raise anyio.ClosedResourceError
        if not pipe.buffer:
            raise anyio.EndOfStream
        data = bytes(pipe.buffer[:max_bytes])
        del pipe.buffer[:max_bytes]
        pipe.taken.set()
        return data

    async def send(self, item: bytes) -> None:
        if self._sending:
            raise anyio.BusyResourceError("sending to")
        rest = memoryview(item).cast("B")
        self._sending = True
        try:
            await anyio.lowlevel.checkpoint()
            self._check_sending()
            while rest:
                rest = rest[self._put(rest) :]
                if rest:
                    self._outgoing.taken = anyio.Event()
                    await self._outgoing.taken.wait()
                    self._check_sending()
        finally:
            self._sending = False

    def _put(self, data: memoryview) -> int:
        pipe = self._outgoing
        accepted = data[: max(_CAPACITY - len(pipe.buffer), 0)]
        pipe.buffer += accepted
        if accepted:
            pipe.arrived.set()
        return len(accepted)

    def _check_sending(self) -> None:
        if self._closed:
            raise anyio.ClosedResourceError
        if self._outgoing.reader_left:
            raise anyio.BrokenResourceError
        if self._outgoing.ended:
            raise anyio.ClosedResourceError

    async def send_eof(self) -> None:
        if self._sending:
            raise anyio.BusyResourceError("sending to")
        await anyio.lowlevel.checkpoint()
        if self._closed:
            raise anyio.ClosedResourceError
        self._outgoing.ended = True
        self._outgoing.changed()

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            self._outgoing.ended = self._incoming.reader_left = True
            self._outgoing.changed()
            self._incoming.changed()
        await anyio.lowlevel.checkpoint()


def memory_stream_pair() -> tuple[MemoryStream, MemoryStream]:
    """Two connected byte streams in memory.

    They behave like a TCP connection on a quiet machine: bytes without boundaries, up to 65536 of
    them under way in each direction before a send waits, half-close, and errors as AnyIO's streams
    raise them. What was sent before a close can still be received.
    """
    there, back = _Pipe(), _Pipe()
    return MemoryStream(back, there), MemoryStream(there, back)


def memory_pair(**options: Unpack[ConnectionOptionNames]) -> tuple[Socket, Socket]:
    """Two connected :class:`anynet.Socket` objects in memory, for tests that need no network.

    ``options`` are those of :meth:`anynet.Socket.from_stream`, for both. Call it within an event
    loop; close both as any socket::

        client, server = memory_pair()
        async with client, server:
            await client.send(b"hello")
            assert await server.receive() == b"hello"
    """
    one, other = memory_stream_pair()
    return Socket.from_stream(one, **options), Socket.from_stream(other, **options)
