"""Iterables as the source of a stream: what ``Readable.from_`` reads from.

Rules that live here:

* As in Node, the iterable is asked for one item after the other while the stream takes them, and
  not before the stream is read; an item that is None is an error of the stream.
* A stream that is destroyed closes its iterator: an error is thrown into a generator where it has
  yielded. Node waits for a step that is under way. Here it is cancelled, as nothing else would ever
  end a generator that waits for what no longer comes.
* An async iterable is iterated by one task, from its first step to its close, since what it keeps
  open (cancel scopes, task groups) belongs to a task. While nobody reads, the task does not hold
  the runtime open.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias

import anyio
from anyio.lowlevel import checkpoint

from anynet.node._errors.errors import invalid_arg_type, stream_null_values
from anynet.node._loop.runtime import Runtime, let_tasks_run

Closed: TypeAlias = Callable[..., object]


class SourcedStream(Protocol):
    """The stream, as far as its source needs it."""

    runtime: Runtime

    def push(self, chunk: Any, /) -> bool: ...

    def destroy(self, error: BaseException | None = None, /) -> object: ...


class Source:
    """What a stream reads from."""

    #: How many items are read ahead; None for the default of streams.
    mark: int | None = 1

    def __init__(self) -> None:
        self._stream: SourcedStream | None = None

    def options(self, more: Mapping[str, Any]) -> dict[str, Any]:
        """The options of the stream, with those that a program gives."""
        found = {"objectMode": True, "highWaterMark": self.mark, **more}
        return {**found, "read": self.read, "destroy": self.destroy}

    def attach(self, stream: SourcedStream) -> None:
        """The stream is made."""
        self._stream = stream

    @property
    def stream(self) -> SourcedStream:
        assert self._stream is not None
        return self._stream

    def read(self, size: int) -> None:
        """The stream's ``_read``."""
        raise NotImplementedError

    def destroy(self, error: BaseException | None, callback: Closed) -> None:
        """The stream's ``_destroy``."""
        raise NotImplementedError


def source_of(iterable: Any) -> Source:
    """The source for an iterable. Raises ``ERR_INVALID_ARG_TYPE``."""
    if isinstance(iterable, str | bytes | bytearray | memoryview):
        return WholeSource(iterable)
    if hasattr(iterable, "__aiter__"):
        return AsyncSource(aiter(iterable))
    if hasattr(iterable, "__iter__"):
        return SyncSource(iter(iterable))
    raise invalid_arg_type("iterable", "Iterable", iterable)


class WholeSource(Source):
    """Text or bytes, which are not iterated over."""

    mark = None

    def __init__(self, whole: Any) -> None:
        super().__init__()
        self._whole = whole

    def read(self, size: int) -> None:
        self.stream.push(self._whole)
        self.stream.push(None)

    def destroy(self, error: BaseException | None, callback: Closed) -> None:
        callback(error)


class SyncSource(Source):
    """An iterator, which is asked inside of the read."""

    def __init__(self, iterator: Iterator[Any]) -> None:
        super().__init__()
        self._iterator = iterator
        self._reading = False

    def read(self, size: int) -> None:
        if self._reading:
            return
        self._reading = True
        try:
            for item in self._iterator:
                if item is None:
                    raise stream_null_values()
                if not self.stream.push(item):
                    self._reading = False
                    return
            self.stream.push(None)
        except Exception as error:
            self.stream.destroy(error)

    def destroy(self, error: BaseException | None, callback: Closed) -> None:
        throw, close = (getattr(self._iterator, name, None) for name in ("throw", "close"))
        try:
            if error is not None and throw is not None:
                throw(error)
            if close is not None:
                close()
        except StopIteration:
            pass  # Of the generator that has caught the error, and ended.
        except Exception as raised:
            error = raised
        self.stream.runtime.next_tick(callback, error)


class AsyncSource(Source):
    """An async iterator, which a task iterates over."""

    def __init__(self, iterator: AsyncIterator[Any]) -> None:
        super().__init__()
        self._iterator = iterator
        self._started = False
        #: The stream waits for an item.
        self._asked = False
        #: Set while the task waits to be asked, and does not hold the runtime open.
        self._wake: anyio.Event | None = None
        #: Of the step that is under way.
        self._scope: anyio.CancelScope | None = None
        #: The iterator has ended, by itself or by an exception.
        self._exhausted = False
        self._destroyed = False
        self._error: BaseException | None = None
        #: Called once the iterator is closed.
        self._callback: Closed | None = None
        self._over = False

    def read(self, size: int) -> None:
        self._asked = True
        self._go_on()

    def destroy(self, error: BaseException | None, callback: Closed) -> None:
        self._destroyed, self._error, self._callback = True, error, callback
        if self._over:
            self.stream.runtime.next_tick(callback, error)
        elif self._scope is not None:
            self._scope.cancel()
        else:
            self._go_on()

    def _go_on(self) -> None:
        wake, self._wake = self._wake, None
        if not self._started:
            self._started = True
            self.stream.runtime.start_task(self._run())
        elif wake is not None:
            self.stream.runtime.hold()
            wake.set()
            let_tasks_run()

    async def _run(self) -> None:
        try:
            try:
                while await self._push_items():
                    await self._wait_for_read(self.stream.runtime)
            except Exception as error:
                self.stream.destroy(error)
            await self._close()
        except Exception as error:
            self._error = error
        except BaseException:
            # Cancelled with the runtime: the iterator is closed by the task that has used it.
            self._error = None
            await self._close()
            raise
        self._over = True
        if self._callback is not None:
            self.stream.runtime.next_tick(self._callback, self._error)

    async def _push_items(self) -> bool:
        """Push items while the stream takes them. False: there are no more, or nobody to read."""
        while not self._destroyed:
            item = await self._step()
            if self._destroyed:
                break
            if self._exhausted:
                self.stream.push(None)
                break
            if item is None:
                raise stream_null_values()
            self._asked = False
            if not self.stream.push(item) and not self._asked:
                return True
            await checkpoint()
        return False

    async def _step(self) -> Any:
        item = None
        with anyio.CancelScope() as self._scope:
            try:
                item = await anext(self._iterator)
            except StopAsyncIteration:
                self._exhausted = True
            except Exception:
                self._exhausted = True
                raise
            finally:
                self._scope = None
        return item

    async def _wait_for_read(self, runtime: Runtime) -> None:
        if self._asked or self._destroyed:
            return
        wake = self._wake = anyio.Event()
        runtime.release()
        try:
            await wake.wait()
        finally:
            if self._wake is not None:
                self._wake = None
                runtime.hold()

    async def _close(self) -> None:
        throw, close = (getattr(self._iterator, name, None) for name in ("athrow", "aclose"))
        if self._exhausted:
            return
        if self._error is not None and throw is not None:
            try:
                await throw(self._error)
            except StopAsyncIteration:
                return
        if close is not None:
            await close()
