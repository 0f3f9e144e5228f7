"""Writing what an iterable has to a stream: the part of a pipeline that is no pipe.

Rules that live here:

* As in Node, the next item is asked for when the stream has room for it, and the iterator is closed
  when the stream fails.
* A pump is a task. A step that waits for an item nobody will ever bring is cancelled when the
  pipeline fails, if there is no stream above it whose end would end it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import anyio
from anyio.lowlevel import checkpoint

from anynet.node._errors.errors import AggregateError
from anynet.node._loop.runtime import let_tasks_run
from anynet.node._streams.finished import EndWatch
from anynet.node._streams.writable import Writable

Finish = Callable[["BaseException | None"], object]


async def items_of(iterable: Iterable[Any]) -> AsyncIterator[Any]:
    """A sync iterable as an async one."""
    for item in iterable:
        await checkpoint()
        yield item


def async_iterator_of(iterable: Any) -> AsyncIterator[Any]:
    """An iterator of either kind, as an async one."""
    if hasattr(iterable, "__aiter__"):
        return aiter(iterable)
    return items_of(iterable)


class Pump:
    """One iterable and the stream that it is written to."""

    __slots__ = (
        "_destination",
        "_end",
        "_error",
        "_finish",
        "_iterator",
        "_over",
        "_wake",
        "scope",
    )

    def __init__(self, iterable: Any, destination: Writable, finish: Finish, end: bool) -> None:
        self._iterator = async_iterator_of(iterable)
        self._destination = destination
        self._finish = finish
        self._end = end
        self._wake: anyio.Event | None = None
        self._error: BaseException | None = None
        self._over = False
        self.scope = anyio.CancelScope()

    async def run(self) -> None:
        """The task."""
        destination = self._destination
        destination.on("drain", self._resume)
        watch = EndWatch(destination, self._on_end, readable=False)
        error: BaseException | None = None
        try:
            with self.scope:
                try:
                    await self._write_all(destination)
                finally:
                    await self._close()
        except Exception as raised:
            error = _both(self._error, raised)
        finally:
            watch.stop()
            destination.removeListener("drain", self._resume)
        self._finish(error)

    async def _write_all(self, destination: Writable) -> None:
        if destination.writableNeedDrain:
            await self._wait()
        async for item in self._iterator:
            if not destination.write(item):
                await self._wait()
        if self._end:
            destination.end()
            await self._wait()

    async def _wait(self) -> None:
        if self._error is None and not self._over:
            self._wake = anyio.Event()
            await self._wake.wait()
        if self._error is not None:
            raise self._error

    async def _close(self) -> None:
        close = getattr(self._iterator, "aclose", None)
        if close is not None:
            await close()

    def _on_end(self, error: BaseException | None) -> None:
        self._over = True
        self._resume(error)

    def _resume(self, error: BaseException | None = None) -> None:
        if error is not None:
            self._error = error
        wake, self._wake = self._wake, None
        if wake is not None:
            wake.set()
            let_tasks_run()


def _both(inner: BaseException | None, outer: Exception) -> BaseException:
    """What the destination and the iterable failed with, as one error."""
    if isinstance(inner, Exception) and inner is not outer:
        return AggregateError([outer, inner], str(outer))
    return outer
