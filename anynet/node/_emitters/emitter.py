"""The event emitter: synchronous, in order of registration, as Node's.

It is ours because the one that others use, pyee, keys the listeners of an event by function: one
that was added twice is called once there, and none can be put first.

Listeners to Node's own events get as many arguments as they take (see ``fitting``); ``listeners``,
``rawListeners`` and the removal know them as they were given.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from types import CoroutineType, FunctionType
from typing import Any, ClassVar, Final, NoReturn, Self, overload

from anynet.node._emitters.listeners import (
    NOT_GIVEN,
    ListenerDecorator,
    OnceListener,
    original,
    raw,
    registering,
)
from anynet.node._emitters.listeners import EventName as EventName
from anynet.node._emitters.listeners import Listener as Listener
from anynet.node._errors.caller import warn_caller
from anynet.node._errors.errors import (
    UnhandledError,
    validate_boolean,
    validate_function,
    validate_number,
)
from anynet.node._errors.numerals import is_truthy
from anynet.node._errors.symbols import Symbol
from anynet.node._errors.values import number_text
from anynet.node._loop.fitting import Counts, fitted
from anynet.node._loop.runtime import NoRuntimeError, current_runtime

#: Listeners to this name see every ``error`` before its listeners do, and count as none of them.
errorMonitor: Final = Symbol("events.errorMonitor")

#: The name of the method that gets what a coroutine listener raised under ``captureRejections``.
captureRejectionSymbol: Final = "captureRejection"


class MaxListenersExceededWarning(RuntimeWarning):
    """More listeners wait for one event than the emitter's limit: perhaps a leak.

    ``emitter``, ``type`` (the event) and ``count`` say which.
    """

    def __init__(self, emitter: EventEmitter, name: EventName, count: int, limit: float) -> None:
        super().__init__(
            f"Possible EventEmitter memory leak detected. {count} {name} listeners added to "
            f"[{emitter.__class__.__name__}]. MaxListeners is {number_text(limit)}. "
            "Use emitter.setMaxListeners() to increase limit"
        )
        self.emitter = emitter
        self.type = name
        self.count = count


def start_coroutine(
    coroutine: Coroutine[Any, Any, object], on_error: Callable[[Exception], object] | None = None
) -> None:
    """Run what a coroutine listener returned as a task of the runtime."""
    try:
        runtime = current_runtime()
    except NoRuntimeError:
        coroutine.close()
        raise
    runtime.start_task(coroutine, on_error)


class EventEmitter:
    """Calls the listeners of an event in the order of their registration, within :meth:`emit`.

    A listener may be registered several times, and is then called as often. A coroutine function
    is welcome as a listener: its coroutine runs as a task of the runtime and holds it open; what
    it raises ends the runtime or, with ``captureRejections``, becomes an ``error`` event.
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_capture_rejections",
        "_max_listeners",
        "_warned",
        "listener_table",
    )

    #: The limit of listeners to one event before a warning, for emitters without one of their own.
    defaultMaxListeners: ClassVar[float] = 10
    #: The default of the option of that name.
    captureRejections: ClassVar[bool] = False
    #: For implementers: events that come first among the names, whoever listened first. Node's
    #: streams make places for theirs in the constructor.
    first_events: ClassVar[tuple[EventName, ...]] = ()
    #: For implementers: the class whose methods ``own_listeners`` may go past, and these methods.
    own_class: ClassVar[type[EventEmitter] | None] = None
    own_methods: ClassVar[Mapping[EventName, tuple[object, ...]]] = {}
    #: For implementers: the events whose listeners are reviewed when one was to be removed.
    reviewed_events: ClassVar[frozenset[EventName]] = frozenset()
    #: For implementers: the listeners that every emitter of the class begins with.
    first_listeners: ClassVar[Mapping[EventName, tuple[Listener, ...]]] = {}
    #: For implementers: how many arguments the events of Node's pass, at least and at most. The
    #: listeners to those are fitted; a program's own events pass what is emitted.
    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        "error": (1, 1),
        "newListener": (2, 2),
        "removeListener": (2, 2),
        errorMonitor: (1, 1),
    }

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        *,
        captureRejections: bool | None = None,
    ) -> None:
        capture: object = captureRejections
        if options is not None and isinstance(options, Mapping):
            capture = options.get("captureRejections", capture)
        # As in Node, False is no choice: only the default can turn it on for all.
        if capture is None or not is_truthy(capture):
            capture = EventEmitter.captureRejections
        #: For implementers. Tuples that are replaced, never changed: emit iterates over them as
        #: they are, and so does the way of a packet in a stream.
        self.listener_table: dict[EventName, tuple[Listener, ...]] | None = (
            dict(self.first_listeners) if self.first_listeners else None
        )
        self._max_listeners: float | None = None
        if not isinstance(capture, bool):
            validate_boolean("options.captureRejections", capture)
        self._capture_rejections = bool(capture)
        self._warned: set[EventName] | None = None

    def set_capture_rejections(self, capture: bool) -> None:
        """For implementers: what the option ``captureRejections`` sets, once it was checked."""
        self._capture_rejections = capture

    # -- registration ------------------------------------------------------------------------------

    @overload
    def on(self, name: EventName, /) -> ListenerDecorator: ...

    @overload
    def on(self, name: EventName, listener: Listener) -> Self: ...

    def on(self, name: EventName, listener: Listener = NOT_GIVEN) -> Any:
        """Call ``listener`` with the arguments of every event ``name``, after those already there.

        Listeners to ``newListener`` hear of it before it is added. Returns the emitter; without a
        listener a decorator, as the other methods that register one do: ``@socket.on("data")``.
        """
        if listener is NOT_GIVEN:
            return registering(self.on, name)
        self.register_listener(name, listener)
        return self

    @overload
    def addListener(self, name: EventName, /) -> ListenerDecorator: ...

    @overload
    def addListener(self, name: EventName, listener: Listener) -> Self: ...

    def addListener(self, name: EventName, listener: Listener = NOT_GIVEN) -> Any:
        """The same as :meth:`on`."""
        return self.on(name, listener)

    @overload
    def prependListener(self, name: EventName, /) -> ListenerDecorator: ...

    @overload
    def prependListener(self, name: EventName, listener: Listener) -> Self: ...

    def prependListener(self, name: EventName, listener: Listener = NOT_GIVEN) -> Any:
        """As :meth:`on`, but before the listeners already there."""
        if listener is NOT_GIVEN:
            return registering(self.prependListener, name)
        self.register_listener(name, listener, first=True)
        return self

    @overload
    def once(self, name: EventName, /) -> ListenerDecorator: ...

    @overload
    def once(self, name: EventName, listener: Listener) -> Self: ...

    def once(self, name: EventName, listener: Listener = NOT_GIVEN) -> Any:
        """Call ``listener`` for the next event ``name`` only."""
        if listener is NOT_GIVEN:
            return registering(self.once, name)
        if not callable(listener):
            validate_function("listener", listener)
        return self.on(name, OnceListener(self, name, listener, self.event_arguments))

    @overload
    def prependOnceListener(self, name: EventName, /) -> ListenerDecorator: ...

    @overload
    def prependOnceListener(self, name: EventName, listener: Listener) -> Self: ...

    def prependOnceListener(self, name: EventName, listener: Listener = NOT_GIVEN) -> Any:
        """As :meth:`once`, but before the listeners already there."""
        if listener is NOT_GIVEN:
            return registering(self.prependOnceListener, name)
        validate_function("listener", listener)
        return self.prependListener(name, OnceListener(self, name, listener, self.event_arguments))

    def register_listener(self, name: EventName, listener: Listener, first: bool = False) -> None:
        """For implementers: what :meth:`on` of every emitter does, and nothing else."""
        if not callable(listener):
            validate_function("listener", listener)
        counts = self.event_arguments.get(name)
        if counts is not None and not isinstance(listener, OnceListener):
            # What fits at once is found without a call, as most listeners do.
            code = listener.__code__ if type(listener) is FunctionType else None
            if (
                code is None
                or code.co_kwonlyargcount
                or not code.co_argcount == counts[0] == counts[1]
            ):
                listener = fitted(listener, counts, f"listener to '{name}'")
        if self.listener_table is not None and "newListener" in self.listener_table:
            self.emit("newListener", name, original(listener))
        events = self.listener_table
        if events is None:
            events = self.listener_table = {}
        present = events.get(name)
        if present is None:
            events[name] = (listener,)
        else:
            events[name] = (listener, *present) if first else (*present, listener)
            own = self._max_listeners
            limit = EventEmitter.defaultMaxListeners if own is None else own
            if len(present) + 1 > limit > 0:
                self._warn_of_many(name, len(present) + 1, limit)

    def _warn_of_many(self, name: EventName, count: int, limit: float) -> None:
        if self._warned and name in self._warned:
            return
        if self._warned is None:
            self._warned = set()
        self._warned.add(name)
        warn_caller(MaxListenersExceededWarning(self, name, count, limit))

    # -- removal -----------------------------------------------------------------------------------

    def removeListener(self, name: EventName, listener: Listener) -> Self:
        """Remove ``listener`` from the event, once: its latest registration.

        Listeners to ``removeListener`` hear of it afterwards. An event under way still reaches it.
        """
        if not callable(listener):
            validate_function("listener", listener)
        events = self.listener_table or {}
        present = events.get(name, ())
        for index in range(len(present) - 1, -1, -1):
            found = present[index]
            if found == listener or original(found) == listener:
                if len(present) == 1:
                    self._forget(events, name)
                else:
                    events[name] = present[:index] + present[index + 1 :]
                    if self._warned and len(present) == 2:
                        # Node's warning is a mark of the list, and a single listener has none.
                        self._warned.discard(name)
                if "removeListener" in events:
                    alone = len(present) == 1
                    self.emit("removeListener", name, original(found) if alone else listener)
                break
        if name in self.reviewed_events:
            self._review_removal(name)
        return self

    def _review_removal(self, name: EventName) -> None:
        """A listener to one of ``reviewed_events`` was to be removed."""

    def off(self, name: EventName, listener: Listener) -> Self:
        """The same as :meth:`removeListener`."""
        return self.removeListener(name, listener)

    def removeAllListeners(self, name: EventName | None = None) -> Self:
        """Remove the listeners of one event, latest first, or of all events."""
        events = self.listener_table
        if events is None:
            return self
        if "removeListener" not in events and name is None:
            # Another table, as in Node: an ``error`` under way still finds its listeners.
            self.listener_table, self._warned = {}, None
        elif "removeListener" not in events and name is not None:
            self._forget(events, name)
        elif name is not None:
            for listener in reversed(events.get(name, ())):
                self.removeListener(name, listener)
        else:
            for each in self.eventNames():
                if each != "removeListener":
                    self.removeAllListeners(each)
            self.removeAllListeners("removeListener")
            # As in Node, what a listener to ``removeListener`` has added in the meantime goes too.
            self.listener_table, self._warned = {}, None
        return self

    def _forget(self, events: dict[EventName, tuple[Listener, ...]], name: EventName) -> None:
        if len(events) == 1 and name in events and not self.first_events:
            # Another table, as in Node: an ``error`` under way still finds its listeners.
            self.listener_table = {}
        else:
            events.pop(name, None)
        if self._warned:
            self._warned.discard(name)

    # -- emission ----------------------------------------------------------------------------------

    def emit(self, name: EventName, *args: Any) -> bool:
        """Call the listeners of the event, one after the other; False if there are none.

        What a listener raises leaves this call, and the listeners after it are not called. An
        ``error`` event without a listener raises the error itself, or :exc:`UnhandledError` about
        a value that is no exception.
        """
        events = self.listener_table
        if events is None:
            return self._emit_unheard(args) if name == "error" else False
        if name == "error" and errorMonitor in events:
            self.emit(errorMonitor, *args)
        listeners = events.get(name)
        if listeners is None:
            return self._emit_unheard(args) if name == "error" else False
        for listener in listeners:
            result = listener(*args)
            if result is not None and isinstance(result, CoroutineType):
                self.start_listener(result, name, args)
        return True

    def _emit_unheard(self, args: tuple[Any, ...]) -> NoReturn:
        error = args[0] if args else None
        raise error if isinstance(error, BaseException) else UnhandledError(error)

    def start_listener(
        self, coroutine: Coroutine[Any, Any, object], name: EventName, args: tuple[Any, ...]
    ) -> None:
        """For implementers: run the coroutine that a listener has returned."""
        if self._capture_rejections:
            start_coroutine(coroutine, partial(self._capture, name, args))
        else:
            start_coroutine(coroutine)

    def _capture(self, name: EventName, args: tuple[Any, ...], error: Exception) -> None:
        self.captureRejection(error, name, *args)

    def captureRejection(self, error: Exception, name: EventName, *args: Any) -> None:
        """What to do with an exception of a coroutine listener under ``captureRejections``.

        Emits ``error``. Override it for something else, or set an attribute of this name (a
        subclass or an instance; :data:`captureRejectionSymbol` holds it).
        """
        # A rejection of an error's own listener must not come back here.
        self._capture_rejections = False
        try:
            self.emit("error", error)
        finally:
            self._capture_rejections = True

    # -- inspection --------------------------------------------------------------------------------

    def rawListeners(self, name: EventName) -> list[Listener]:
        """The listeners in the order of their calls, those of :meth:`once` in their wrappers."""
        return [raw(listener) for listener in (self.listener_table or {}).get(name, ())]

    def listeners(self, name: EventName) -> list[Listener]:
        """The listeners in the order of their calls, as they were given."""
        return [original(listener) for listener in self.rawListeners(name)]

    def listenerCount(self, name: EventName, listener: Listener | None = None) -> int:
        """How many listeners the event has, or how often it has this one."""
        present = (self.listener_table or {}).get(name, ())
        if listener is None:
            return len(present)
        return sum(each == listener or original(each) == listener for each in present)

    def eventNames(self) -> list[EventName]:
        """The events that have listeners, symbols last; in streams those of every stream first."""
        names = sorted(self.listener_table or (), key=lambda name: isinstance(name, Symbol))
        first = [name for name in self.first_events if name in names]
        return first + [name for name in names if name not in first]

    def setMaxListeners(self, n: float) -> Self:
        """Warn when one event gets more than ``n`` listeners; 0 for never."""
        self._max_listeners = validate_number("setMaxListeners", n, 0)
        return self

    def getMaxListeners(self) -> float:
        """The limit: this emitter's own, or ``EventEmitter.defaultMaxListeners``."""
        if self._max_listeners is None:
            return EventEmitter.defaultMaxListeners
        return self._max_listeners
