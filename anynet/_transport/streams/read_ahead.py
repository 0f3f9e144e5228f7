"""The non-blocking door of a foreign stream: two tasks that wait in the place of its user.

One reads ahead, at most ``high_water_mark`` bytes; the other sends what was put, and takes no more
while as much is queued. Bytes that nobody took are given back to the stream at the end, once both
tasks have ended: a read that is cancelled may bring a chunk all the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import anyio
import anyio.lowlevel

_CHUNK = 65536


class Pumped(Protocol):
    """What a pump needs from the stream."""

    async def receive_chunk(self, max_bytes: int) -> bytes: ...

    async def send_chunk(self, data: bytes) -> None: ...

    def give_back(self, data: bytes) -> None: ...


class Starter(Protocol):
    """A task group, as far as a pump needs it."""

    @property
    def start_soon(self) -> Callable[..., Any]: ...


class ReadAhead:
    """Reads and sends for ``stream`` in two tasks until :meth:`wake`.

    ``on_change`` is called, by those tasks, whenever there may be something to take or to put.
    """

    def __init__(
        self,
        stream: Pumped,
        high_water_mark: int = _CHUNK,
        on_change: Callable[[], object] | None = None,
    ) -> None:
        self._stream = stream
        self._on_change = on_change
        self._high_water_mark = high_water_mark
        self._received: deque[bytes] = deque()
        self._received_size = 0
        self._queued: deque[bytes] = deque()
        self._queued_size = 0
        self._ended = False
        self._receive_error: Exception | None = None
        #: What stopped the sending for good.
        self.send_error: Exception | None = None
        self._readable = anyio.Event()
        self._writable = anyio.Event()
        self._taken = anyio.Event()
        self._put = anyio.Event()
        self._scopes = (anyio.CancelScope(), anyio.CancelScope())
        self._stopped = False
        self._running = 0
        self._all_ended = anyio.Event()

    def start(self, task_group: Starter) -> None:
        """Begin to pump in tasks of ``task_group``."""
        for work, scope in zip((self._read, self._write), self._scopes, strict=True):
            self._running += 1
            task_group.start_soon(self._run, work, scope)

    async def finish(self) -> None:
        """Wait until everything that was put has been sent; raises what stopped that.

        Returns when the pump is stopped; :attr:`unsent` tells whether that was too early.
        """
        while self._queued and self.send_error is None and not self._stopped:
            await self._writable.wait()
        if self.send_error is not None:
            raise self.send_error

    def wake(self) -> None:
        """End both tasks soon, and wake whoever waits: the stream is closed, or pumped no more."""
        self._stopped = True
        for scope in self._scopes:
            scope.cancel()
        self._tell_readable()
        self._tell_writable()

    async def wait_ended(self) -> None:
        """Wait until both tasks have ended."""
        await self._all_ended.wait()

    def give_back(self) -> None:
        """Give the stream what was read and not taken. Both tasks must have ended."""
        self._stream.give_back(b"".join(self._received))
        self._received.clear()
        self._received_size = 0

    @property
    def unsent(self) -> bool:
        """Is something put that has not been sent?"""
        return bool(self._queued)

    def take(self) -> bytes | None:
        """The next chunk, ``b""`` at the end, None when one has to wait; raises a read's error."""
        if self._received:
            chunk = self._received.popleft()
            self._received_size -= len(chunk)
            self._taken.set()
            return chunk
        if self._receive_error is not None:
            raise self._receive_error
        return b"" if self._ended else None

    def put(self, data: bytes) -> int:
        """Queue as much of ``data`` as there is room for; raises the error of an earlier send."""
        if self.send_error is not None:
            raise self.send_error
        accepted = data[: self._high_water_mark - self._queued_size]
        if accepted:
            self._queued.append(accepted)
            self._queued_size += len(accepted)
            self._put.set()
        return len(accepted)

    async def wait_readable(self) -> None:
        """Wait until :meth:`take` has something to say, or the pump is stopped."""
        if not (self._received or self._ended or self._receive_error or self._stopped):
            await self._readable.wait()
        else:
            await anyio.lowlevel.checkpoint()

    async def wait_writable(self) -> None:
        """Wait until :meth:`put` has room or raises, or the pump is stopped."""
        is_full = self._queued_size >= self._high_water_mark
        if is_full and self.send_error is None and not self._stopped:
            await self._writable.wait()
        else:
            await anyio.lowlevel.checkpoint()

    async def _run(self, work: Callable[[], Awaitable[None]], scope: anyio.CancelScope) -> None:
        try:
            with scope:
                await work()
        finally:
            self._running -= 1
            if not self._running:
                self._all_ended.set()

    async def _read(self) -> None:
        while not self._ended and self._receive_error is None:
            room = self._high_water_mark - self._received_size
            if room <= 0:
                self._taken = anyio.Event()
                await self._taken.wait()
                continue
            try:
                chunk = await self._stream.receive_chunk(min(room, _CHUNK))
            except Exception as error:
                self._receive_error = error
            else:
                self._ended = not chunk
                if chunk:
                    self._received.append(chunk)
                    self._received_size += len(chunk)
            self._tell_readable()

    async def _write(self) -> None:
        while self.send_error is None:
            if not self._queued:
                self._put = anyio.Event()
                await self._put.wait()
                continue
            try:
                await self._stream.send_chunk(self._queued[0])
            except Exception as error:
                self.send_error = error
            else:
                self._queued_size -= len(self._queued.popleft())
            self._tell_writable()

    # An event is replaced when it is set, not by who waits: several may wait for the same one.

    def _tell_readable(self) -> None:
        self._readable.set()
        self._readable = anyio.Event()
        if self._on_change is not None:
            self._on_change()

    def _tell_writable(self) -> None:
        self._writable.set()
        self._writable = anyio.Event()
        if self._on_change is not None:
            self._on_change()
