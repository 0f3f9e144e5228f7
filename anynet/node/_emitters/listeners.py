"""Listeners: their names, and the forms in which an emitter keeps them.

``once`` wraps a listener, as in Node, where ``rawListeners`` shows that wrapper. The one that fits
the arguments is ours, and nothing shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MethodType
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from anynet.node._errors.symbols import Symbol
from anynet.node._loop.fitting import Counts, FittedCallback, fitted

EventName: TypeAlias = str | Symbol
Listener: TypeAlias = Callable[..., object]
AnyListener = TypeVar("AnyListener", bound=Callable[..., object])

#: Stands for a listener that was not given: None is one that was, and is refused.
NOT_GIVEN: Final[Any] = object()


class ListenerDecorator(Protocol):
    """Registers a function as a listener, and leaves it as it is."""

    def __call__(self, listener: AnyListener, /) -> AnyListener: ...


class _Emitter(Protocol):
    def removeListener(self, name: EventName, listener: Listener, /) -> object: ...


class OnceListener:
    """A listener that leaves the emitter before its only call.

    It is fitted to the arguments of its event, if ``event_arguments`` names that.
    """

    __slots__ = ("_call", "_emitter", "_fired", "_name")

    def __init__(
        self,
        emitter: _Emitter,
        name: EventName,
        listener: Listener,
        event_arguments: Mapping[EventName, Counts],
    ) -> None:
        self._emitter = emitter
        self._name = name
        self._fired = False
        self._call: Listener = listener
        if (counts := event_arguments.get(name)) is not None:
            self._call = fitted(listener, counts, f"listener to '{name}'")

    @property
    def listener(self) -> Listener:
        """The original."""
        return raw(self._call)

    def __call__(self, *args: Any) -> object:
        if self._fired:
            return None
        self._emitter.removeListener(self._name, self)
        self._fired = True
        return self._call(*args)


class OnceMethod(OnceListener):
    """One that calls a method of what also removes it: a pipe, which listens to two streams.

    The method is not bound before somebody asks for it: three of those are 192 of the 3 400 bytes
    that a connection takes that is piped.
    """

    __slots__ = ()

    @property
    def listener(self) -> Listener:
        return MethodType(self._call, self._emitter)

    def __call__(self, *args: Any) -> object:
        return super().__call__(self._emitter)


#: As any other, where it is shown: a program cannot tell which way a pipe listens.
OnceMethod.__name__ = OnceMethod.__qualname__ = OnceListener.__name__


def original(listener: Listener) -> Listener:
    return listener.listener if isinstance(listener, OnceListener | FittedCallback) else listener


def raw(listener: Listener) -> Listener:
    """As Node shows it: in the wrapper of ``once``, but not in ours."""
    return listener.listener if isinstance(listener, FittedCallback) else listener


def registering(register: Callable[[EventName, Any], object], name: EventName) -> ListenerDecorator:
    """A decorator that registers a function by calling ``register``."""

    def decorate(listener: AnyListener, /) -> AnyListener:
        register(name, listener)
        return listener

    return decorate
