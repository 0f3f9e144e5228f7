"""The events of a socket: how many arguments they pass, and the types of those and of listeners.

The types are for type checkers alone: at run time ``Socket`` derives from ``Duplex``
directly (see there).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, overload

from anynet.node._emitters.emitter import EventName, Listener
from anynet.node._emitters.listeners import ListenerDecorator
from anynet.node._loop.fitting import Counts
from anynet.node._streams.duplex import Duplex

_Bare: TypeAlias = Literal[
    "connect", "drain", "end", "finish", "pause", "readable", "ready", "resume", "timeout"
]
_Piped: TypeAlias = Literal["pipe", "unpipe"]
_Attempt: TypeAlias = Literal["connectionAttempt", "connectionAttemptTimeout"]

#: How many arguments each event passes, at least and at most.
SOCKET_EVENTS: Mapping[EventName, Counts] = {
    **Duplex.event_arguments,
    "close": (0, 1),
    "connect": (0, 0),
    "connectionAttempt": (3, 3),
    "connectionAttemptFailed": (4, 4),
    "connectionAttemptTimeout": (3, 3),
    "lookup": (4, 4),
    "ready": (0, 0),
    "timeout": (0, 0),
}

if TYPE_CHECKING:

    class SocketEvents(Duplex):
        """A duplex stream that knows what the events of a socket carry."""

        # By mypy's rule no item may overlap with one of the base, unless it comes after it.
        @overload  # type: ignore[override]
        def on(self, name: EventName, /) -> ListenerDecorator: ...

        @overload
        def on(self, name: _Bare, listener: Callable[[], object]) -> Self: ...

        @overload
        def on(self, name: Literal["data"], listener: Callable[[Any], object]) -> Self: ...

        @overload
        def on(self, name: Literal["error"], listener: Callable[[Exception], object]) -> Self: ...

        @overload
        def on(self, name: Literal["close"], listener: Callable[..., object]) -> Self: ...

        @overload
        def on(
            self,
            name: Literal["lookup"],
            listener: Callable[[Exception | None, str | None, int | None, str], object],
        ) -> Self: ...

        @overload
        def on(self, name: _Attempt, listener: Callable[[str, Any, Any], object]) -> Self: ...

        @overload
        def on(
            self,
            name: Literal["connectionAttemptFailed"],
            listener: Callable[[str, Any, Any, Exception], object],
        ) -> Self: ...

        @overload
        def on(self, name: _Piped, listener: Callable[[Any], object]) -> Self: ...

        @overload
        def on(self, name: EventName, listener: Listener) -> Self: ...

        def on(self, name: Any, listener: Any = None) -> Any:
            return super().on(name, listener)

        addListener = on  # type: ignore[assignment]
        once = on  # type: ignore[assignment]
        prependListener = on  # type: ignore[assignment]
        prependOnceListener = on  # type: ignore[assignment]

else:
    SocketEvents = Duplex


def on_own_end() -> None:
    """Every socket listens to its own ``end``: as in Node, that counts among the listeners."""
