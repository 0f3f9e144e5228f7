"""A channel between two processes: messages, and sockets along with them.

The public face of the wire: over a :class:`Socket`, for programs that start their processes by
themselves. It speaks :class:`Message` and nothing else; what else comes is :exc:`ChannelError`.
"""

from __future__ import annotations

import socket as stdlib_socket
from collections import deque
from typing import Any

import anyio

from anynet._core.connections.socket import Socket
from anynet._rules.values.errors import DescriptorsTruncated
from anynet._transport.sockets.fd_passing import MAX_DESCRIPTORS
from anynet.cluster.wire.codec import BadMessage
from anynet.cluster.wire.fd_handles import Received, Sendable, check_sendable, handle_of, pack
from anynet.cluster.wire.frames import ChannelError, Frame, FrameReader, close_all, encode_frame
from anynet.cluster.wire.messages import CODEC, Message

_CHUNK = 65536


class Channel:
    """Sends JSON values over a Unix stream socket, and with each of them a handle if one wants.

    ``socket`` is one end of a Unix socket pair, which the channel then owns; the process at the
    other end has a channel too. ``async for message, handle in channel`` receives until the other
    end is closed.

    A handle can be an :class:`anynet.Socket`, which moves with all that was not read from it and is
    closed here; or a socket of the standard library, anything with a ``fileno()``, or a descriptor,
    of which the other process gets a copy. What arrives is an :class:`anynet.Socket` for a
    connection, a :class:`socket.socket` for any other socket (a listening one goes to
    ``create_server(fd=…)``), and else a descriptor; it belongs to the receiver.

    Several tasks may send: each message goes as a whole. A send that is cancelled half-way breaks
    the channel. Closing it closes the handles that came and were not received.
    """

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._sending = anyio.Lock()
        self._reader = FrameReader()
        self._messages: deque[Message] = deque()

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
        frame = CODEC.encode(Message(message))
        data = encode_frame(frame)  # Raises before the handle is touched.
        if handle is None:
            async with self._sending:
                await self._socket.send(data)
            return
        check_sendable(handle)
        async with self._sending:
            check_sendable(handle)  # Another task may have closed it meanwhile.
            payload = pack(handle)
            try:
                frame = CODEC.encode(Message(message, payload.state, payload.unread, (payload.fd,)))
                await self._socket.send_fds(encode_frame(frame), frame.fds)
            finally:
                payload.close()

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
        try:
            while not self._messages:
                data, fds = await self._socket.receive_fds(_CHUNK, MAX_DESCRIPTORS)
                self._messages += map(_message_of, self._reader.feed(data, fds))
            message = self._messages.popleft()
            return message.content, handle_of(message)
        except (ChannelError, DescriptorsTruncated):
            self.close()
            raise
        except anyio.EndOfStream:
            if self._reader.empty:
                raise
            self.close()
            raise ChannelError("the other end was closed in the middle of a frame") from None

    def close(self) -> None:
        """Close it at once; tasks that wait get :exc:`anyio.ClosedResourceError`."""
        self._socket.reset()
        self._reader.close()
        while self._messages:
            close_all(self._messages.popleft().fds)

    async def aclose(self) -> None:
        """Close it; the other end still gets what was sent before."""
        self.close()
        await self._socket.aclose()


def _message_of(frame: Frame) -> Message:
    message = CODEC.decode(frame)
    if isinstance(message, Message):
        return message
    close_all(frame.fds)
    reason = message.reason if isinstance(message, BadMessage) else "a frame holds no message"
    raise ChannelError(reason)
