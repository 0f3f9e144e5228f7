"""Abort signals: how a program tells what is under way to stop."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from inspect import iscoroutine
from typing import ClassVar, TypeAlias

import attrs

from anynet._rules.values.portable import Portable
from anynet.node._emitters.emitter import start_coroutine
from anynet.node._errors.errors import (
    AbortError,
    NodeTypeError,
    illegal_constructor,
    invalid_arg_type,
    missing_args,
    validate_uint32,
)
from anynet.node._loop.fitting import fitted
from anynet.node._loop.runtime import NoRuntimeError, current_runtime


class DOMException(Portable, Exception):
    """The reason of an aborted signal, when the program gave none.

    ``name`` is ``"AbortError"`` or ``"TimeoutError"``, ``code`` the number of that name.
    """

    _CODES: ClassVar[dict[str, int]] = {"AbortError": 20, "TimeoutError": 23}

    def __init__(self, message: str = "", name: str = "Error") -> None:
        super().__init__(message)
        self.message = message
        self.name = name
        self.code: int = self._CODES.get(name, 0)

    def __str__(self) -> str:
        return self.message


@attrs.frozen(kw_only=True, eq=False)
class AbortEvent:
    """What listeners of a signal are called with; ``target`` is the signal."""

    target: AbortSignal
    type: str = "abort"


AbortListener: TypeAlias = Callable[[AbortEvent], object]


class _Registration:
    """A listener, and how it is called."""

    __slots__ = ("call", "listener", "once", "removed")

    listener: AbortListener
    call: AbortListener

    def __init__(self, listener: AbortListener, once: bool) -> None:
        self.once = once
        self.removed = False
        self.replace(listener)

    def replace(self, listener: AbortListener) -> None:
        self.listener = listener
        self.call = fitted(listener, (1, 1), "listener to 'abort'")


class AbortSignal:
    """Tells its listeners, once, that something is to stop.

    Signals come from an :class:`AbortController`, or from :meth:`abort`, :meth:`timeout` and
    :meth:`any`. Listeners are called within the call that aborts, in the order of their
    registration; what one of them raises ends the runtime, after the others have been called. A
    coroutine function as a listener runs as a task of the runtime.
    """

    __slots__ = (
        "__weakref__",
        "_aborted",
        "_dependents",
        "_listeners",
        "_onabort",
        "_reason",
        "_sources",
        "_waiting",
        "max_listeners",
    )

    #: From how many listeners on there is a warning; 0 for never.
    max_listeners: float
    _aborted: bool
    _reason: object
    _listeners: list[_Registration]
    _onabort: _Registration | None
    _sources: list[AbortSignal]
    # Those that are aborted with this one. Strong references are kept only to those that have
    # listeners: nobody would notice the others, and a long-lived signal may get very many.
    _dependents: dict[weakref.ref[AbortSignal], None]
    _waiting: dict[AbortSignal, None]

    def __init__(self) -> None:
        raise illegal_constructor()

    @property
    def aborted(self) -> bool:
        """Whether it has been aborted."""
        return self._aborted

    @property
    def reason(self) -> object:
        """Why it was aborted: whatever :meth:`AbortController.abort` got; None before."""
        return self._reason

    @property
    def onabort(self) -> AbortListener | None:
        """One more listener; setting another one replaces it in its place, None removes it."""
        return None if self._onabort is None else self._onabort.listener

    @onabort.setter
    def onabort(self, listener: AbortListener | None) -> None:
        if listener is None:
            if self._onabort is not None:
                self._remove(self._onabort)
                self._onabort = None
        elif self._onabort is not None:
            self._onabort.replace(listener)
        else:
            self._onabort = self._add(listener, once=False)

    def throwIfAborted(self) -> None:
        """Raise the reason if aborted; an :exc:`AbortError` about a reason that is no exception."""
        if self._aborted:
            if isinstance(self._reason, BaseException):
                raise self._reason
            raise AbortError(cause=self._reason)

    def addEventListener(
        self,
        type: str,  # noqa: A002
        listener: AbortListener,
        *,
        once: bool = False,
    ) -> None:
        """Call ``listener`` with an :class:`AbortEvent` when the signal is aborted.

        Adding the same listener again changes nothing, and a signal already aborted calls nobody.
        Types other than ``"abort"`` never happen.
        """
        _check_listener(listener)
        if type == "abort" and self._find(listener) is None:
            self._add(listener, once)

    def removeEventListener(self, type: str, listener: AbortListener) -> None:  # noqa: A002
        """Do not call ``listener`` any more."""
        _check_listener(listener)
        registration = self._find(listener)
        if type == "abort" and registration is not None:
            self._remove(registration)

    def listeners_to(self, name: object) -> list[Callable[..., object]]:
        """For implementers: who is called, and in which order."""
        return [each.listener for each in self._listeners] if name == "abort" else []

    def _find(self, listener: AbortListener) -> _Registration | None:
        for registration in self._listeners:
            if registration is not self._onabort and registration.listener == listener:
                return registration
        return None

    def _add(self, listener: AbortListener, once: bool) -> _Registration:
        registration = _Registration(listener, once)
        self._listeners.append(registration)
        if not self._aborted:
            for source in self._sources:
                source._waiting[self] = None
        return registration

    def _remove(self, registration: _Registration) -> None:
        registration.removed = True
        self._listeners.remove(registration)
        if not self._listeners:
            self._stop_waiting()

    def _stop_waiting(self) -> None:
        for source in self._sources:
            source._waiting.pop(self, None)

    # -- aborting ----------------------------------------------------------------------------------

    def _signal(self, reason: object) -> None:
        if self._aborted:
            return
        dependents = [signal for ref in self._dependents if (signal := ref()) is not None]
        following = [signal for signal in dependents if not signal._aborted]
        for signal in (self, *following):
            signal._aborted = True
            signal._reason = reason
        errors: list[Exception] = []
        for signal in (self, *following):
            signal._dispatch(errors)
            signal._stop_waiting()
        self._dependents.clear()
        _raise_later(errors)

    def _dispatch(self, errors: list[Exception]) -> None:
        event = AbortEvent(target=self)
        for registration in list(self._listeners):
            if registration.removed:
                continue
            if registration.once:
                self._remove(registration)
            try:
                result = registration.call(event)
                if iscoroutine(result):
                    start_coroutine(result)
            except Exception as error:
                errors.append(error)

    # -- where signals come from -------------------------------------------------------------------

    @staticmethod
    def abort(reason: object = None) -> AbortSignal:
        """A signal already aborted."""
        signal = _new_signal()
        signal._signal(_reason_or_default(reason))
        return signal

    @staticmethod
    def timeout(delay: int) -> AbortSignal:
        """A signal that is aborted after ``delay`` milliseconds.

        Its reason is a :exc:`DOMException` with the name ``TimeoutError``. It does not keep the
        runtime open.
        """
        milliseconds = validate_uint32("delay", delay)
        signal = _new_signal()
        reason = DOMException("The operation was aborted due to timeout", "TimeoutError")
        reactor = current_runtime().reactor
        reactor.call_later(milliseconds / 1000, signal._signal, reason, ref=False)
        return signal

    @staticmethod
    def any(signals: Iterable[AbortSignal]) -> AbortSignal:
        """A signal that is aborted with the first of ``signals``, for the same reason."""
        if not isinstance(signals, Iterable):
            message = "signals can not be converted to sequence."
            raise NodeTypeError(message, "ERR_INVALID_ARG_TYPE")
        given = list(signals)
        for index, source in enumerate(given):
            if not isinstance(source, AbortSignal):
                raise invalid_arg_type(f"signals[{index}]", "AbortSignal", source)
        result = _new_signal()
        for source in given:
            if source._aborted:
                result._signal(source._reason)
                return result
        for source in given:
            for origin in source._sources or [source]:
                if origin not in result._sources:
                    result._sources.append(origin)
                    origin._dependents[weakref.ref(result, origin._forget)] = None
        return result

    def _forget(self, dependent: weakref.ref[AbortSignal]) -> None:
        self._dependents.pop(dependent, None)


class AbortController:
    """Holds the signal that it aborts."""

    __slots__ = ("__weakref__", "_signal")

    def __init__(self) -> None:
        self._signal = _new_signal()

    @property
    def signal(self) -> AbortSignal:
        """The signal to be given to what may have to stop."""
        return self._signal

    def abort(self, reason: object = None) -> None:
        """Abort, the first time; the default of ``reason`` is a :exc:`DOMException`."""
        self._signal._signal(_reason_or_default(reason))


def _new_signal() -> AbortSignal:
    signal = AbortSignal.__new__(AbortSignal)
    signal.max_listeners = 0
    signal._aborted = False
    signal._reason = None
    signal._listeners = []
    signal._onabort = None
    signal._sources = []
    signal._dependents = {}
    signal._waiting = {}
    return signal


def _reason_or_default(reason: object) -> object:
    if reason is None:
        return DOMException("This operation was aborted", "AbortError")
    return reason


def _check_listener(listener: object) -> None:
    if listener is None:
        raise missing_args("type", "listener")
    if not callable(listener):
        raise invalid_arg_type("listener", "EventListener", listener)


def _raise_later(errors: list[Exception]) -> None:
    """Errors of listeners end the runtime; without one, the first leaves the call that aborted."""
    if not errors:
        return
    try:
        runtime = current_runtime()
    except NoRuntimeError:
        raise errors[0] from None
    for error in errors:
        runtime.next_tick(_raise, error)


def _raise(error: Exception) -> None:
    raise error
