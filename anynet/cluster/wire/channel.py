"""A channel between two processes: messages, and sockets along with them."""

from __future__ import annotations

import os
import socket as stdlib_socket
from collections import deque
from collections.abc import Iterable
from typing import Any

import anyio
import attrs

from anynet._core.connections.socket import Socket
from anynet._rules.values.errors import DescriptorsTruncated
from anynet._transport.sockets.fd_passing import MAX_DESCRIPTORS
from anynet.cluster.wire.fd_handles import Received, Sendable, check_sendable, pack, unpack
from anynet.cluster.wire.frames import ChannelError, Frame, FrameReader, encode

_CHUNK = 65536


@attrs.frozen(kw_only=True)
class Arrival:
    """A message as it came."""

    message: Any
    fds: list[int]
    state: Any
    unread: bytes

    def handle(self) -> Received | None:
        """What came with the message. Raises :exc:`ChannelError` if it makes no sense."""
        if len(self.fds) > 1:
            close_all(self.fds)
            raise ChannelError("a message came with several handles")
        return unpack(self.fds[0], self.state, self.unread) if self.fds else None


class Channel:
    """Sends JSON values over a Unix stream socket, and with each of them a handle if one wants.

    ``socket`` is one end of a Unix socket pair, which the channel then owns; the process at the
    other end has a channel too. ``async for message, handle in channel`` receives until the other
    end is closed.

    A handle can be an :class:`anynet.Socket`, which moves with all that was not read from it and is
    closed here; or a socket of the standard library, anything with a ``fileno()``, or a descriptor,
    of which the other process gets a copy. What arrives is an :class:`anynet.Socket` for a
    connection, a :class:`socket.socket` for any other socket (a listening one goes to
    ``create_server(fd=…)``), and else a descriptor; it belongs to whoever received it.

    Several tasks may send: each message goes as a whole. A send that is cancelled half-way breaks
    the channel. Closing it closes the handles that came and were not received.
    """

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._sending = anyio.Lock()
        self._reader = FrameReader()
        self._frames: deque[Frame] = deque()
        self._fds: deque[int] = deque()

    @classmethod
    def from_fd(cls, fd: int | stdlib_socket.socket) -> Channel:
        """A channel over a connected Unix socket, which it then owns."""
        return cls(Socket.from_fd(fd))

    async def send(self, message: Any, handle: Sendable | None = None) -> None:
        """Send a message that JSON can hold, and perhaps a handle.

        Raises :exc:`TypeError` or :exc:`ValueError` for what cannot be sent, and then nothing has
        been; :exc:`anyio.BrokenResourceError` when the other end is gone. Once it has begun, a
        :class:`Socket` is closed here whatever happens.
        """
        if handle is None:
            await self.send_frame(message, [])
            return
        check_sendable(handle)
        encode(Frame(message=message))  # Before the handle is touched.
        async with self._sending:
            check_sendable(handle)  # Another task may have closed it meanwhile.
            parcel = pack(handle)
            try:
                wrapped = {"message": message, "state": parcel.state}
                frame = Frame(message=wrapped, extra=parcel.unread, descriptors=1)
                await self._socket.send_fds(encode(frame), [parcel.fd])
            finally:
                parcel.close()

    async def send_frame(self, message: Any, fds: list[int]) -> None:
        """Send a message with descriptors, which stay open here."""
        data = encode(Frame(message={"message": message}, descriptors=len(fds)))
        async with self._sending:
            if fds:
                await self._socket.send_fds(data, fds)
            else:
                await self._socket.send(data)

    def __aiter__(self) -> Channel:
        return self

    async def __anext__(self) -> tuple[Any, Received | None]:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def receive(self) -> tuple[Any, Received | None]:
        """The next message, and its handle if it has one.

        Cancelling it loses nothing. Raises :exc:`anyio.EndOfStream` when the other end was closed,
        and :exc:`ChannelError` for what no channel sends; then this one is closed.
        """
        arrival = await self.receive_arrival()
        try:
            return arrival.message, arrival.handle()
        except ChannelError:
            self.close()
            raise

    async def receive_arrival(self) -> Arrival:
        """The next message with its descriptors as they came, which belong to the caller."""
        try:
            while not self._frames:
                data, fds = await self._socket.receive_fds(_CHUNK, MAX_DESCRIPTORS)
                self._fds += fds
                self._frames += self._reader.feed(data)
                expected = sum(frame.descriptors for frame in self._frames)
                if self._reader.empty and len(self._fds) > expected:
                    raise ChannelError("descriptors came without a frame that has them")
            return self._taken(self._frames.popleft())
        except (ChannelError, DescriptorsTruncated):
            self.close()
            raise
        except anyio.EndOfStream:
            if self._reader.empty:
                raise
            self.close()
            raise ChannelError("the other end was closed in the middle of a frame") from None

    def _taken(self, frame: Frame) -> Arrival:
        content = frame.message
        if not isinstance(content, dict) or "message" not in content:
            raise ChannelError("a frame holds no message")
        if len(self._fds) < frame.descriptors:
            raise ChannelError("a frame came without its descriptors")
        return Arrival(
            message=content["message"],
            fds=[self._fds.popleft() for _ in range(frame.descriptors)],
            state=content.get("state"),
            unread=frame.extra,
        )

    def close(self) -> None:
        """Close it at once; whoever waits gets :exc:`anyio.ClosedResourceError`."""
        self._socket.reset()
        close_all(self._fds)
        self._fds.clear()
        self._frames.clear()

    async def aclose(self) -> None:
        """Close it; the other end still gets what was sent before."""
        self.close()
        await self._socket.aclose()


def close_all(fds: Iterable[int]) -> None:
    """Close descriptors."""
    for fd in fds:
        os.close(fd)
