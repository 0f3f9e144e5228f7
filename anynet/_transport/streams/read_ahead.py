"""Reading ahead from a stream that can only be waited for, for a reader that must not wait.

One task reads, at most ``high_water_mark`` bytes ahead of its user. Bytes that were not taken are
the stream's again at the end, once the task has ended and not before: a receive that is cancelled
may bring a chunk all the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import anyio
import anyio.lowlevel

_CHUNK = 65536


class Source(Protocol):
    """The stream, as far as reading ahead needs it."""

    async def receive_chunk(self, max_bytes: int) -> bytes: ...


class Starter(Protocol):
    """A task group, as far as reading ahead needs it."""

    @property
    def start_soon(self) -> Callable[..., Any]: ...


class ReadAhead:
    """Reads ``stream`` in a task until :meth:`stop`.

    ``on_change`` is called, by that task, whenever there may be something new to read.
    """

    def __init__(
        self,
        stream: Source,
        high_water_mark: int = _CHUNK,
        on_change: Callable[[], object] | None = None,
    ) -> None:
        self._stream = stream
        self._on_change = on_change
        self._high_water_mark = high_water_mark
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._ended = False
        self._error: Exception | None = None
        self._readable = anyio.Event()
        self._taken = anyio.Event()
        self._scope = anyio.CancelScope()
        self._stopped = False
        self._task_ended = anyio.Event()

    def start(self, task_group: Starter) -> None:
        """Begin to read in a task of ``task_group``."""
        task_group.start_soon(self._run)

    def stop(self) -> None:
        """End the task soon, and wake what waits: the stream is closed, or read by others now."""
        self._stopped = True
        self._scope.cancel()
        self._notify()

    async def wait_ended(self) -> None:
        """Wait until the task has ended."""
        await self._task_ended.wait()

    def unread(self) -> tuple[bytes, Exception | None]:
        """What was received and not taken, and what came after it. The task must have ended.

        After it came :exc:`anyio.EndOfStream`, an error, or None: nothing so far. A stream need not
        say either twice.
        """
        data = b"".join(self._chunks)
        self._chunks.clear()
        self._size = 0
        return data, anyio.EndOfStream() if self._ended else self._error

    def read(self) -> bytes | None:
        """The next chunk, ``b""`` at the end, None when one has to wait; raises a read's error."""
        if self._chunks:
            chunk = self._chunks.popleft()
            self._size -= len(chunk)
            self._taken.set()
            return chunk
        if self._error is not None:
            raise self._error
        return b"" if self._ended else None

    async def wait_readable(self) -> None:
        """Wait until :meth:`read` has a result, reading ahead is stopped, or :meth:`wake`."""
        if not (self._chunks or self._ended or self._error or self._stopped):
            await self._readable.wait()
        else:
            await anyio.lowlevel.checkpoint()

    async def _run(self) -> None:
        try:
            with self._scope:
                await self._read()
        finally:
            self._task_ended.set()

    async def _read(self) -> None:
        while not self._ended and self._error is None:
            room = self._high_water_mark - self._size
            if room <= 0:
                self._taken = anyio.Event()
                await self._taken.wait()
                continue
            try:
                chunk = await self._stream.receive_chunk(min(room, _CHUNK))
            except Exception as error:
                self._error = error
            else:
                self._ended = not chunk
                if chunk:
                    self._chunks.append(chunk)
                    self._size += len(chunk)
            self._notify()

    def wake(self) -> None:
        """End the waits of :meth:`wait_readable`."""
        # The event is replaced when it is set, not by its waiters: several may wait for the same.
        self._readable.set()
        self._readable = anyio.Event()

    def _notify(self) -> None:
        self.wake()
        if self._on_change is not None:
            self._on_change()
