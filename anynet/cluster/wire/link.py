"""A channel at work in a nursery: a task that waits to receive, and one that waits to send.

The link between a primary and each of its workers. What is posted goes at once if the kernel takes
it, and else as soon as it does; the one that posts never waits. What comes is decoded here and is
for the caller, one message at a time: while a program does not read, the kernel holds its peer up.
Nonsense ends the link: the frames after it could not be told apart.
"""

from __future__ import annotations

import logging
import socket
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import anyio
import anyio.lowlevel

from anynet.cluster.wire.fd_handles import (
    FdPayload,
    Received,
    Sendable,
    check_sendable,
    close_handle,
    pack,
)
from anynet.cluster.wire.frame_socket import Finished, FrameSocket, OutgoingMessage, is_gone
from anynet.cluster.wire.frames import ChannelError, Frame, encode_frame
from anynet.cluster.wire.messages import CODEC, Message

_log = logging.getLogger("anynet")

#: Called with each message that comes, whose descriptors then belong to the one that is called.
#: :exc:`ChannelError` from there ends the link, as nonsense does.
OnMessage: TypeAlias = Callable[[Any], Awaitable[None]]

#: How many messages wait for a reader before no more are received from that process.
MAX_UNREAD = 1024


class Link:
    """One end of the channel between a primary and a worker; ``name`` is the other, for the log.

    ``sock`` belongs to it from now on.
    """

    def __init__(self, sock: socket.socket, name: str, on_message: OnMessage) -> None:
        self._frames = FrameSocket(sock)
        self._name = name
        self._on_message = on_message
        #: Set when something waits for the kernel's buffer.
        self._blocked = anyio.Event()
        self._sent_some = anyio.Event()
        #: Set once the other side is gone, or this one has closed.
        self.closed: anyio.Event = anyio.Event()

    # -- sending --------------------------------------------------------------------------------

    def post(self, message: Any, then: Finished | None = None) -> None:
        """Send a message, now or soon. ``then`` is called with None when it has gone, or with why
        it never will; where nobody is to be called, that is logged, unless the other side is gone.

        Its descriptors have to stay open until then. Raises :exc:`ValueError` for a message that
        is too large, or has too many.
        """

        def finished(error: Exception | None) -> None:
            if then is not None:
                then(error)
            elif error is not None and not is_gone(error):
                kind = type(message).__name__
                _log.warning("%s was not sent a message (%s): %s", self._name, kind, error)

        self._put(OutgoingMessage.of_frame(CODEC.encode(message), finished))

    async def send(self, content: Any, handle: Sendable | None = None) -> None:
        """Send a message of the user; see :meth:`Channel.send`.

        It goes as a whole or not at all when the caller is cancelled; not at all leaves the handle
        as it was.
        """
        frame = CODEC.encode(Message(content))
        if handle is not None:
            check_sendable(handle)
            encode_frame(frame)  # Raises before the handle is touched.
        done = anyio.Event()
        errors: list[Exception] = []
        to_send = _HandleToSend(content, handle)

        def finished(error: Exception | None) -> None:
            to_send.close()
            if error is not None:
                errors.append(error)
            done.set()

        if handle is None:
            outgoing = OutgoingMessage.of_frame(frame, finished)
        else:
            outgoing = OutgoingMessage(to_send.prepare, finished)
        await anyio.lowlevel.checkpoint()
        self._put(outgoing)
        try:
            await done.wait()
        except BaseException:
            self._frames.withdraw(outgoing)
            raise
        if errors:
            raise errors[0]

    def _put(self, outgoing: OutgoingMessage) -> None:
        if self.closed.is_set():
            outgoing.finished(anyio.BrokenResourceError("the other process is not connected"))
            return
        self._frames.put(outgoing)
        self._flush()

    def _flush(self) -> None:
        try:
            if not self._frames.flush():
                self._blocked.set()
        except OSError as error:
            self._frames.fail_all(anyio.BrokenResourceError("the other process is gone"))
            # Gone: the task that receives sees it too, after its last words. But a frame that was
            # cut by anything else has no end, and what would follow is nonsense over there.
            if not is_gone(error):
                _log.warning("%s is disconnected: %s", self._name, error)
                self.close()

    async def flush(self, timeout: float) -> None:
        """Wait until all that was posted has gone, for at most so many seconds."""
        with anyio.move_on_after(timeout):
            while self._frames.waiting:
                await self._sent_some.wait()

    # -- both tasks -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Send and receive until either side closes the channel. Ends normally."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._send_waiting)
                await self._receive_all()
                tasks.cancel_scope.cancel()
        finally:
            self.close()

    async def _send_waiting(self) -> None:
        while True:
            await self._blocked.wait()
            try:
                await anyio.wait_writable(self._frames)
            except anyio.ClosedResourceError:
                return
            self._blocked = anyio.Event()
            self._flush()
            self._sent_some.set()
            self._sent_some = anyio.Event()

    async def _receive_all(self) -> None:
        try:
            while True:
                try:
                    frames = self._frames.receive()
                except BlockingIOError:
                    await anyio.wait_readable(self._frames)
                    continue
                for frame in frames:
                    await self._on_message(CODEC.decode(frame))
                await anyio.lowlevel.checkpoint()
        except (EOFError, anyio.ClosedResourceError):
            pass  # The other side has closed, or died; or this one has closed.
        except ChannelError as error:
            self.drop(str(error))

    def drop(self, reason: str) -> None:
        """Close the channel, since the other side sent nonsense, here or elsewhere."""
        if not self.closed.is_set():
            _log.warning("%s is disconnected, it sent nonsense: %s", self._name, reason)
            self.close()

    def close(self) -> None:
        """Close the channel; what was not sent yet is dropped."""
        if not self.closed.is_set():
            self.closed.set()
            self._sent_some.set()
            anyio.notify_closing(self._frames)
            self._frames.close(anyio.BrokenResourceError("the other process is gone"))


class _HandleToSend:
    """A handle that goes with a message, made ready when its turn comes."""

    def __init__(self, content: Any, handle: Sendable | None) -> None:
        self._content = content
        self._handle = handle
        self._payload: FdPayload | None = None

    def prepare(self) -> Frame:
        assert self._handle is not None
        check_sendable(self._handle)  # It may have been closed since.
        payload = self._payload = pack(self._handle)
        return CODEC.encode(Message(self._content, payload.state, payload.unread, (payload.fd,)))

    def close(self) -> None:
        if self._payload is not None:
            self._payload.close()


class Mailbox:
    """Messages that came and were not read yet. The one that fills it waits while it is full."""

    def __init__(self) -> None:
        self._messages: deque[tuple[Any, Received | None]] = deque()
        self._changed = anyio.Event()
        self._ended = False

    async def put(self, message: Any, handle: Received | None) -> None:
        """Keep a message for its reader, once there is room."""
        try:
            while len(self._messages) >= MAX_UNREAD:
                await self._changed.wait()
        except BaseException:
            close_handle(handle)
            raise
        if self._ended:
            close_handle(handle)
        else:
            self._messages.append((message, handle))
            self._note_change()

    def _note_change(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    def __aiter__(self) -> Mailbox:
        return self

    async def __anext__(self) -> tuple[Any, Received | None]:
        await anyio.lowlevel.checkpoint()
        while not self._messages:
            if self._ended:
                raise StopAsyncIteration
            await self._changed.wait()
        self._note_change()
        return self._messages.popleft()

    def end(self) -> None:
        """No more will come; those that are here can still be read."""
        self._ended = True
        self._note_change()

    def close(self) -> None:
        """Drop what was not read, and close the handles among it."""
        self._ended = True
        while self._messages:
            close_handle(self._messages.popleft()[1])
        self._note_change()
