"""From callbacks to structured code: an event to await, and events to iterate over."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import anyio
import anyio.lowlevel

from anynet.node._emitters.abort import AbortSignal
from anynet.node._emitters.emitter import EventEmitter, EventName
from anynet.node._errors.errors import (
    AbortError,
    UnhandledError,
    invalid_arg_type,
    validate_abort_signal,
    validate_integer,
)
from anynet.node._loop.runtime import NoRuntimeError, Runtime, let_tasks_run

_UNBOUNDED = 2**53 - 1


class SignalLike(Protocol):
    """What is needed of a signal; an ``AbortSignal`` has it."""

    @property
    def aborted(self) -> bool: ...

    @property
    def reason(self) -> object: ...

    def addEventListener(
        self,
        type: str,  # noqa: A002
        listener: Callable[..., object],
    ) -> None: ...

    def removeEventListener(
        self,
        type: str,  # noqa: A002
        listener: Callable[..., object],
    ) -> None: ...


class EventBuffer:
    """Listeners on an emitter that keep what came until somebody takes it.

    It knows nothing of who takes, so that an awaitable or iterator that is dropped half-way can
    take its listeners away.
    """

    __slots__ = (
        "_emitter",
        "_high",
        "_listeners",
        "_low",
        "_paused",
        "_signal",
        "_wake",
        "error",
        "events",
        "open",
        "waiters",
    )

    def __init__(self, emitter: object, signal: Any, high: int = _UNBOUNDED, low: int = 1) -> None:
        if not isinstance(emitter, EventEmitter | AbortSignal):
            raise invalid_arg_type("emitter", "EventEmitter", emitter)
        validate_abort_signal("options.signal", signal)
        self._emitter: Any = emitter
        self._signal = signal
        if signal is not None and signal.aborted:
            raise AbortError(cause=signal.reason)
        self._high = high
        self._low = low
        self._paused = False
        self._listeners: list[tuple[EventName, Callable[..., object]]] = []
        self._wake: anyio.Event | None = None
        self.waiters: int = 0
        self.events: deque[tuple[Any, ...]] = deque()
        self.error: BaseException | None = None
        self.open: bool = True

    def listen(self, name: EventName, listener: Callable[..., object]) -> None:
        if isinstance(self._emitter, AbortSignal):
            self._emitter.addEventListener(str(name), listener)
        else:
            self._emitter.on(name, listener)
        self._listeners.append((name, listener))

    def listen_for_failure(self, name: EventName) -> None:
        """Errors end the waiting, unless they are what is waited for; so does the signal."""
        if name != "error":
            self.listen("error", self.fail)
        if self._signal is not None:
            self._signal.addEventListener("abort", self._abort)

    def put(self, *args: Any) -> None:
        self.events.append(args)
        if not self._paused and len(self.events) - self.waiters > self._high:
            self._paused = True
            self._emitter.pause()
        self._notify()

    def take(self) -> tuple[Any, ...]:
        args = self.events.popleft()
        if self._paused and self.open and len(self.events) < self._low:
            self._paused = False
            self._emitter.resume()
        return args

    def fail(self, error: object = None, *_: object) -> None:
        self.error = error if isinstance(error, BaseException) else UnhandledError(error)
        self.close()

    def _abort(self, _: object) -> None:
        self.fail(AbortError(cause=self._signal.reason))

    def close(self, *_: object) -> None:
        """Listen no more; what came stays."""
        self.open = False
        for name, listener in self._listeners:
            if isinstance(self._emitter, AbortSignal):
                self._emitter.removeEventListener(str(name), listener)
            else:
                self._emitter.removeListener(name, listener)
        self._listeners.clear()
        if self._signal is not None:
            self._signal.removeEventListener("abort", self._abort)
        self._notify()

    def dropped(self) -> None:
        """Nobody can take what comes any more. For finalizers: they run in any thread."""
        if not self.open:
            return
        runtime = self._runtime()
        if runtime is None:
            self.close()
        else:
            runtime.reactor.host.finalize(self.close)

    def _runtime(self) -> Runtime | None:
        """The runtime that the emitter belongs to, after whose end it is silent."""
        found = getattr(self._emitter, "runtime", None)
        return found if isinstance(found, Runtime) else None

    def _notify(self) -> None:
        if self._wake is not None:
            self._wake.set()
            self._wake = None
            let_tasks_run()

    def _settled(self) -> bool:
        return not self.open or bool(self.events)

    async def wait(self) -> None:
        """Until something came, or nothing will."""
        if self._settled():
            await anyio.lowlevel.checkpoint()
            return
        self.waiters += 1
        runtime = self._runtime()
        rouse = partial(self._notify)
        if runtime is not None:
            runtime.at_end(rouse)
        try:
            while not self._settled():
                if runtime is not None and runtime.reactor.ended:
                    raise NoRuntimeError("the runtime has ended")
                if self._wake is None:
                    self._wake = anyio.Event()
                await self._wake.wait()
        finally:
            self.waiters -= 1
            if runtime is not None:
                runtime.forget_end(rouse)


class PendingEvent:
    """The next event of an emitter, to be awaited; what :func:`once` returns."""

    __slots__ = ("__weakref__", "_buffer")

    def __init__(self, buffer: EventBuffer) -> None:
        self._buffer = buffer

    def __await__(self) -> Generator[Any, None, tuple[Any, ...]]:
        return self._result().__await__()

    async def _result(self) -> tuple[Any, ...]:
        buffer = self._buffer
        try:
            await buffer.wait()
        finally:
            if not buffer.waiters:
                buffer.close()
        if buffer.error is not None:
            raise buffer.error
        if not buffer.events:
            raise anyio.ClosedResourceError("waiting for this event has been cancelled before")
        return buffer.events[0]

    def __del__(self) -> None:
        self._buffer.dropped()


def once(
    emitter: EventEmitter | AbortSignal,
    name: EventName,
    options: Mapping[str, Any] | None = None,
    *,
    signal: SignalLike | None = None,
) -> PendingEvent:
    """The next event ``name``: await it for the tuple of its arguments.

    Listening begins with this call, not with the ``await``. An ``error`` event (unless that is
    ``name``) is raised instead, and so is :exc:`AbortError` when ``signal`` is aborted. Cancelling
    the ``await`` ends the listening. If the runtime of a stream or server ends before the event,
    :exc:`NoRuntimeError` is raised. Works on Trio and on asyncio.
    """
    buffer = EventBuffer(emitter, _merged(options, signal=signal)["signal"])

    def arrived(*args: Any) -> None:
        buffer.close()
        buffer.put(*args)

    buffer.listen(name, arrived)
    buffer.listen_for_failure(name)
    return PendingEvent(buffer)


class EventIterator:
    """The events of an emitter, as they come; what :func:`on` returns.

    Listening ends with :meth:`aclose`, or when a loop that was left lets go of the iterator.
    """

    __slots__ = ("__weakref__", "_buffer")

    def __init__(self, buffer: EventBuffer) -> None:
        self._buffer = buffer

    def __aiter__(self) -> EventIterator:
        return self

    async def __anext__(self) -> tuple[Any, ...]:
        buffer = self._buffer
        await buffer.wait()
        if buffer.events:
            return buffer.take()
        error, buffer.error = buffer.error, None
        if error is not None:
            raise error
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Listen no more; events that came before can still be taken."""
        self._buffer.close()
        await anyio.lowlevel.checkpoint()

    def __del__(self) -> None:
        self._buffer.dropped()


def on(
    emitter: EventEmitter | AbortSignal,
    name: EventName,
    options: Mapping[str, Any] | None = None,
    *,
    signal: SignalLike | None = None,
    close: Sequence[EventName] = (),
    highWaterMark: int = _UNBOUNDED,
    lowWaterMark: int = 1,
) -> EventIterator:
    """All events ``name`` from this call on, as an async iterator of the tuples of arguments.

    Events that come faster than they are taken are kept; with more than ``highWaterMark`` of them
    the emitter is paused (``emitter.pause()``), with fewer than ``lowWaterMark`` resumed. The
    iteration ends after an event named in ``close``. An ``error`` event (unless that is ``name``)
    is raised after what came before it, and so are :exc:`AbortError` when ``signal`` is aborted and
    :exc:`NoRuntimeError` when the runtime of a stream or server ends. Works on Trio and on asyncio.
    """
    merged = _merged(
        options, signal=signal, close=close, highWaterMark=highWaterMark, lowWaterMark=lowWaterMark
    )
    high, low = (
        validate_integer(f"options.{mark}", merged[mark], 1)
        for mark in ("highWaterMark", "lowWaterMark")
    )
    if isinstance(merged["close"], str):
        raise invalid_arg_type("options.close", "Array", merged["close"])
    buffer = EventBuffer(emitter, merged["signal"], high, low)
    buffer.listen(name, buffer.put)
    buffer.listen_for_failure(name)
    for each in merged["close"]:
        buffer.listen(each, buffer.close)
    return EventIterator(buffer)


def _merged(options: object, **named: object) -> dict[str, Any]:
    if options is None:
        return named
    if not isinstance(options, Mapping):
        raise invalid_arg_type("options", "object", options)
    return named | {key: value for key, value in options.items() if value is not None}
