"""A channel at work: a task that sends what was posted, and one that receives."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import anyio
import anyio.lowlevel
import attrs

from anynet._core.connections.socket import Socket
from anynet._rules.values.errors import DescriptorsTruncated
from anynet.cluster.wire.channel import Arrival, Channel, close_all
from anynet.cluster.wire.fd_handles import Received, Sendable, check_sendable
from anynet.cluster.wire.frames import ChannelError, Frame, encode

#: Called with each message that comes: its kind, its arguments, and how it came.
OnArrival: TypeAlias = Callable[[str, list[Any], Arrival], Awaitable[None]]

#: How many messages wait for a reader before no more are received from that process.
MOST_UNREAD = 1024


@attrs.define(eq=False)
class _Letter:
    """Something to be sent, and what became of it."""

    send: Callable[[], Awaitable[None]]
    #: Called when it has been sent or never will be.
    then: Callable[[], object] | None = None
    done: anyio.Event = attrs.field(factory=anyio.Event)
    error: Exception | None = None

    def finish(self) -> None:
        """It is over, well or badly."""
        if self.then is not None:
            self.then()
        self.done.set()


class Link:
    """One end of the channel between a primary and a worker.

    Messages are lists: a kind, then arguments. :meth:`post` never waits, so that synchronous code
    can tell the other side something; :meth:`send` waits until the message has gone. A message
    whose sender is cancelled goes as a whole or not at all.
    """

    def __init__(self, channel: Channel, on_arrival: OnArrival) -> None:
        self._channel = channel
        self._on_arrival = on_arrival
        self._outbox: deque[_Letter] = deque()
        self._posted = anyio.Event()
        #: Set once the other side is gone, or this one has closed.
        self.closed: anyio.Event = anyio.Event()

    def post(
        self, *message: Any, fds: list[int] | None = None, then: Callable[[], object] | None = None
    ) -> None:
        """Send a message some time soon. ``then`` is called when it has gone, or never will."""
        send = self._channel.send_frame
        self._put(_Letter(lambda: send(list(message), fds or []), then))

    async def send(self, message: Any, handle: Sendable | None = None) -> None:
        """Send a message of the user; see :meth:`Channel.send`."""
        if handle is not None:
            check_sendable(handle)
        encode(Frame(message=message))  # Raises for what cannot be sent.
        await anyio.lowlevel.checkpoint()
        letter = _Letter(lambda: self._channel.send(["message", message], handle))
        self._put(letter)
        try:
            await letter.done.wait()
        except BaseException:
            if letter in self._outbox:
                self._outbox.remove(letter)
            raise
        if letter.error is not None:
            raise letter.error

    def _put(self, letter: _Letter) -> None:
        if self.closed.is_set():
            letter.error = anyio.BrokenResourceError("the other process is not connected any more")
            letter.finish()
        else:
            self._outbox.append(letter)
            self._posted.set()

    async def flush(self, seconds: float) -> None:
        """Wait until all that was posted has gone, for at most so many seconds."""
        gone = anyio.Event()
        self._put(_Letter(_nothing, gone.set))
        with anyio.move_on_after(seconds):
            await gone.wait()

    async def run(self) -> None:
        """Send and receive until either side closes the channel. Ends normally."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._send_all)
                await self._receive_all()
                tasks.cancel_scope.cancel()
        finally:
            self.close()

    async def _send_all(self) -> None:
        while True:
            while not self._outbox:
                self._posted = anyio.Event()
                await self._posted.wait()
            letter = self._outbox.popleft()
            try:
                await letter.send()
            except Exception as error:
                letter.error = error
            except BaseException:
                letter.error = anyio.BrokenResourceError("the other process is gone")
                raise
            finally:
                letter.finish()

    async def _receive_all(self) -> None:
        try:
            while True:
                arrival = await self._channel.receive_arrival()
                match arrival.message:
                    case [str(kind), *arguments]:
                        await self._on_arrival(kind, arguments, arrival)
                    case _:
                        close_all(arrival.fds)
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass  # The other side has closed, or died.
        except (ChannelError, DescriptorsTruncated):
            pass  # It sends nonsense, or nothing more can be received: the link is closed.

    def close(self) -> None:
        """Close the channel; what was not sent yet is dropped."""
        if self.closed.is_set():
            return
        self.closed.set()
        self._channel.close()
        while self._outbox:
            letter = self._outbox.popleft()
            letter.error = anyio.BrokenResourceError("the other process is gone")
            letter.finish()


async def _nothing() -> None:
    pass


class Mailbox:
    """Messages that came and were not read yet. Whoever fills it waits while it is full."""

    def __init__(self) -> None:
        self._messages: deque[tuple[Any, Received | None]] = deque()
        self._changed = anyio.Event()
        self._ended = False

    async def put(self, message: Any, handle: Received | None) -> None:
        """Keep a message for its reader, once there is room."""
        try:
            while len(self._messages) >= MOST_UNREAD:
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


def close_handle(handle: Received | None) -> None:
    """Close a handle that nobody took."""
    if isinstance(handle, int):
        close_all([handle])
    elif isinstance(handle, Socket):
        handle.reset()
    elif handle is not None:
        handle.close()
