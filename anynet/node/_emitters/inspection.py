"""What the functions of ``events`` tell of an emitter or an abort signal, and set."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from anynet.node._emitters.abort import AbortEvent, AbortSignal
from anynet.node._emitters.emitter import EventEmitter
from anynet.node._emitters.listeners import EventName, Listener
from anynet.node._errors.errors import invalid_arg_type, validate_function, validate_number
from anynet.node._loop.fitting import fitted
from anynet.node._loop.runtime import current_runtime

_KINDS = ["EventEmitter", "EventTarget"]


class AbortListenerHandle:
    """What :func:`addAbortListener` returns: leaving it as a block, or ``dispose()``, removes the
    listener."""

    __slots__ = ("_remove",)

    def __init__(self, remove: Callable[[], object]) -> None:
        self._remove = remove

    def dispose(self) -> None:
        """Remove the listener. Doing so again does nothing."""
        self._remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.dispose()


def addAbortListener(
    signal: AbortSignal, listener: Callable[[AbortEvent], object]
) -> AbortListenerHandle:
    """Call ``listener`` once when ``signal`` is aborted; if it is already, in the next tick.

    Raises ``ERR_INVALID_ARG_TYPE``.
    """
    if not isinstance(signal, AbortSignal):
        raise invalid_arg_type("signal", "AbortSignal", signal)
    validate_function("listener", listener)
    if not signal.aborted:
        signal.addEventListener("abort", listener, once=True)
        return AbortListenerHandle(lambda: signal.removeEventListener("abort", listener))
    waiting = [fitted(listener, (1, 1), "listener to 'abort'")]

    def call() -> None:
        for each in waiting:
            each(AbortEvent(target=signal))

    current_runtime().next_tick(call)
    return AbortListenerHandle(waiting.clear)


def getEventListeners(emitter: EventEmitter | AbortSignal, name: EventName) -> list[Listener]:
    """The listeners to an event, in the order of their calls. Raises ``ERR_INVALID_ARG_TYPE``."""
    if isinstance(emitter, EventEmitter):
        return emitter.listeners(name)
    if isinstance(emitter, AbortSignal):
        return emitter.listeners_to(name)
    raise invalid_arg_type("emitter", _KINDS, emitter)


def listenerCount(emitter: EventEmitter | AbortSignal, name: EventName) -> int:
    """How many listeners an event has. Raises ``ERR_INVALID_ARG_TYPE``."""
    return len(getEventListeners(emitter, name))


def getMaxListeners(emitter: EventEmitter | AbortSignal) -> float:
    """From how many listeners on there is a warning; 0 for never, as a signal has it at first.

    Raises ``ERR_INVALID_ARG_TYPE``.
    """
    if isinstance(emitter, EventEmitter):
        return emitter.getMaxListeners()
    if isinstance(emitter, AbortSignal):
        return emitter.max_listeners
    raise invalid_arg_type("emitter", _KINDS, emitter)


def setMaxListeners(n: float | None = None, *emitters: Any) -> None:
    """Warn from ``n`` listeners on, of each of the emitters; without any, of all new ones.

    Raises ``ERR_INVALID_ARG_TYPE`` or ``ERR_OUT_OF_RANGE``.
    """
    limit = 10 if n is None else validate_number("setMaxListeners", n, 0)
    if not emitters and n is not None:
        EventEmitter.defaultMaxListeners = limit
    for emitter in emitters:
        if isinstance(emitter, EventEmitter):
            emitter.setMaxListeners(limit)
        elif isinstance(emitter, AbortSignal):
            emitter.max_listeners = limit
        else:
            raise invalid_arg_type("eventTargets", _KINDS, emitter)
