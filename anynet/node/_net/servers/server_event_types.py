"""The events of a server: how many arguments they pass, and the types of those and of listeners.

The types are for type checkers alone: at run time ``Server`` derives from ``EventEmitter``
directly (see there).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from anynet.node._emitters.emitter import EventEmitter, EventName, Listener
from anynet.node._emitters.listeners import ListenerDecorator
from anynet.node._loop.fitting import Counts
from anynet.node._net.sockets.socket import Socket

#: How many arguments each event passes, at least and at most.
SERVER_EVENTS: Mapping[EventName, Counts] = {
    **EventEmitter.event_arguments,
    "close": (0, 0),
    "connection": (1, 1),
    "drop": (0, 1),
    "listening": (0, 0),
}

if TYPE_CHECKING:

    class ServerEvents(EventEmitter):
        """An emitter of ``listening``, ``connection``, ``drop``, ``error`` and ``close``."""

        # By mypy's rule no item may overlap with one of the base, unless it comes after it.
        @overload  # type: ignore[override]
        def on(self, name: EventName, /) -> ListenerDecorator: ...

        @overload
        def on(
            self, name: Literal["listening", "close"], listener: Callable[[], object]
        ) -> Self: ...

        @overload
        def on(self, name: Literal["connection"], listener: Callable[[Socket], object]) -> Self: ...

        @overload
        def on(self, name: Literal["drop"], listener: Listener) -> Self: ...

        @overload
        def on(self, name: Literal["error"], listener: Callable[[Exception], object]) -> Self: ...

        @overload
        def on(self, name: EventName, listener: Listener) -> Self: ...

        def on(self, name: Any, listener: Any = None) -> Any:
            return super().on(name, listener)

        addListener = on  # type: ignore[assignment]
        once = on  # type: ignore[assignment]
        prependListener = on  # type: ignore[assignment]
        prependOnceListener = on  # type: ignore[assignment]

else:
    ServerEvents = EventEmitter
