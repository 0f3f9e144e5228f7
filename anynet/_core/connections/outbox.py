"""Sending from many tasks: what they put is sent by one task, which lives in the block.

A socket serves one send at a time, and a task that sends to somebody else's connection would wait
for that peer, and get its failures. The rules that live here:

- What is put never raises what became of the connection: a task that sends to many must not fail by
  one of them. It gets False, and the owner of the block gets the error.
- The writer takes what has gathered, up to ``BATCH`` bytes, in one send. A single buffer is never
  copied.
- Nothing is forgotten silently where the block ends normally: it is sent, or an error says that it
  was not and the connection is reset, so that the peer does not take what came for everything.
- A failure of the writer cancels the block that it lives in, and nothing else.
- Those who wait for room get it in their order; else a large message might never find any.
"""

from __future__ import annotations

from collections import deque
from threading import get_ident
from types import TracebackType
from typing import Literal, TypeAlias, get_args

import anyio
import anyio.lowlevel
from anyio.abc import AnyByteSendStream, TaskGroup

from anynet._core.connections.leaving import leave
from anynet._core.connections.socket import own_stream_below
from anynet._rules.checks import check_choice, check_positive_int, check_seconds
from anynet._rules.values.errors import PeerTooSlow
from anynet._rules.values.origins import Origin
from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet._transport.sockets.buffers import Buffer, bytes_view

#: What happens to what is put while the outbox is full.
OnFull: TypeAlias = Literal["wait", "drop", "close"]

#: So many bytes are gathered into one send.
BATCH = 65536


class Outbox:
    """Sends to ``socket`` for many tasks: ``async with Outbox(socket) as outbox``.

    ``socket`` is a :class:`Socket` or any other AnyIO byte stream, which stays its owner's; within
    the block nothing else may send to it. Messages are sent whole, in the order in which they were
    put.

    ``max_bytes`` (1 MiB) is how much may wait to be sent; a larger message is taken when nothing
    else waits. ``on_full`` says what happens to more:

    - ``"wait"``: :meth:`put` waits for room, :meth:`put_nowait` refuses;
    - ``"drop"``: both refuse; the message is lost and the connection goes on;
    - ``"close"``: both refuse, and the block is cancelled, resets the connection and raises
      :exc:`PeerTooSlow`. (What is not over a socket of ours cannot be reset; its owner closes it.)

    A message that is refused is counted in :attr:`refused`. Once the block has been left, or the
    connection has failed, all are; putting never raises what became of the connection. Before the
    block is entered, it raises :exc:`RuntimeError`.

    Leaving the block sends what still waits, for at most ``flush_timeout`` seconds (5; infinity is
    allowed): then it resets the connection and raises :exc:`PeerTooSlow`. A block that is left by
    an exception or a cancellation sends nothing more. When the connection fails, the block is
    cancelled and raises the error of the send; an exception of the block's body goes first.

    Raises :exc:`TypeError` or :exc:`ValueError` for options that make no sense.
    """

    def __init__(
        self,
        socket: AnyByteSendStream,
        *,
        max_bytes: int = 1 << 20,
        on_full: OnFull = "wait",
        flush_timeout: float = 5.0,
    ) -> None:
        self._socket = socket
        #: The stream of ours that can be reset, if there is one.
        self._own_stream = own_stream_below(socket)
        self._max_bytes = check_positive_int("max_bytes", max_bytes)
        self._on_full: OnFull = check_choice("on_full", on_full, get_args(OnFull))
        self._flush_timeout = check_seconds("flush_timeout", flush_timeout)
        self._messages: deque[bytes] = deque()
        #: Of the messages, and of what is being sent.
        self._size = 0
        self._open = False
        self._refused = 0
        self._failure: Exception | None = None
        self._tasks: TaskGroup | None = None
        self._host: HostLoop | None = None
        self._wake_writer = anyio.Event()
        #: Those who wait for room, with the size of their message.
        self._waiting: deque[tuple[anyio.Event, int]] = deque()

    # -- putting --------------------------------------------------------------------------------

    async def put(self, data: Buffer) -> bool:
        """Have ``data`` sent; returns whether it was taken.

        Returns when it waits to be sent, not when it has been. With ``on_full="wait"`` it waits for
        room. Lets other tasks run in any case; cancelled, it has put nothing.
        """
        message = _message(data)
        self._check_thread()
        await anyio.lowlevel.checkpoint()
        if self._on_full == "wait" and self._open and not self._has_room(len(message)):
            await self._wait_for_room(len(message))
        taken = self._put(message)
        self._admit_next()
        return taken

    def put_nowait(self, data: Buffer) -> bool:
        """Have ``data`` sent if there is room for it; returns whether it was taken."""
        message = _message(data)
        self._check_thread()
        return self._put(message) if self._has_room(len(message)) else self._refuse()

    def _check_thread(self) -> None:
        """Another thread would not wake the writer: what it put would wait for the next message."""
        if self._host is not None and get_ident() != self._host.thread:
            self._host.check_thread()

    def _put(self, message: bytes) -> bool:
        if not self._open or not self._fits(len(message)):
            return self._refuse()
        if message:
            self._messages.append(message)
            self._size += len(message)
            self._wake_writer.set()
        return True

    def _refuse(self) -> bool:
        if self._tasks is None:
            raise RuntimeError("use the outbox as `async with Outbox(socket) as outbox`")
        self._refused += 1
        if self._open and self._on_full == "close":
            text = f"{self._size} bytes are waiting for it, of {self._max_bytes} that may"
            self._failure = self._too_slow(text)
            self._give_up()
        return False

    def _fits(self, size: int) -> bool:
        return not self._size or self._size + size <= self._max_bytes

    def _has_room(self, size: int) -> bool:
        return not self._waiting and self._fits(size)

    async def _wait_for_room(self, size: int) -> None:
        """Wait until there is room for this message and none waits before it, or it is too late."""
        waiter = (anyio.Event(), size)
        self._waiting.append(waiter)
        try:
            await waiter[0].wait()
        except BaseException:
            self._waiting.remove(waiter)
            self._admit_next()
            raise
        self._waiting.remove(waiter)

    def _admit_next(self) -> None:
        """Wake the first of those who wait if there is room for it. It wakes the next one."""
        if self._waiting:
            event, size = self._waiting[0]
            if not self._open or self._fits(size):
                event.set()

    @property
    def refused(self) -> int:
        """How many messages were refused."""
        return self._refused

    @property
    def waiting_bytes(self) -> int:
        """How many bytes have been taken and not been sent yet."""
        return self._size

    # -- the block ------------------------------------------------------------------------------

    async def __aenter__(self) -> Outbox:
        if self._tasks is not None:
            raise RuntimeError("an outbox can be entered only once")
        self._host = current_host_loop()
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._open = True
        self._tasks.start_soon(self._write, name="anynet outbox")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        assert self._tasks is not None
        scope = self._tasks.cancel_scope
        if exc_value is not None:
            scope.cancel()
        else:
            scope.deadline = anyio.current_time() + self._flush_timeout
        self._close()
        absorbed = await leave(self._tasks, exc_value)
        failure, self._failure = self._failure, None
        if exc_value is None and failure is None and self._size:
            limit = f"the flush_timeout of {self._flush_timeout:g} seconds"
            failure = self._too_slow(f"{self._size} bytes were left after {limit}")
        if self._own_stream is not None and isinstance(failure, PeerTooSlow):
            self._own_stream.abort()
        try:
            if failure is not None and (exc_value is None or absorbed):
                raise failure
        finally:
            del failure, exc_value, traceback  # Their tracebacks lead to this frame.
        return absorbed

    async def _write(self) -> None:
        try:
            while self._messages or self._open:
                if self._messages:
                    batch = self._take()
                    await self._socket.send(batch)
                    self._size -= len(batch)
                    self._admit_next()
                else:
                    self._wake_writer = anyio.Event()
                    await self._wake_writer.wait()
        except Exception as error:
            self._failure = self._failure or error
        if self._failure is not None:
            self._give_up()

    def _take(self) -> bytes:
        """What goes out next, in one send."""
        first = self._messages.popleft()
        size, batch = len(first), [first]
        while self._messages and size + len(self._messages[0]) <= BATCH:
            batch.append(self._messages.popleft())
            size += len(batch[-1])
        return b"".join(batch) if len(batch) > 1 else first

    def _close(self) -> None:
        """Take no more; the writer ends when it has sent what there is."""
        self._open = False
        self._wake_writer.set()
        self._admit_next()

    def _give_up(self) -> None:
        """Cancel the block, because of the failure that was noted.

        That must be in no frame on the way here: on Trio these become the traceback of the
        cancellation, which is the context of the failure when that is raised.
        """
        assert self._tasks is not None
        self._close()
        self._tasks.cancel_scope.cancel()

    def _too_slow(self, text: str) -> PeerTooSlow:
        origin = Origin() if self._own_stream is None else self._own_stream.origin
        return PeerTooSlow(origin, f"the peer does not take what is sent: {text}")


def _message(data: Buffer) -> bytes:
    """What is put, as it is now: the buffer may be filled anew before it is sent."""
    return data if data.__class__ is bytes else bytes(bytes_view(data))
