"""The types of a socket's events and of their listeners: for type checkers alone.

At run time ``Socket`` derives from ``Duplex`` directly; see there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, overload

from anynet.node._emitters.emitter import EventName, Listener
from anynet.node._streams.duplex import Duplex

_Bare: TypeAlias = Literal[
    "connect", "drain", "end", "finish", "pause", "readable", "ready", "resume", "timeout"
]
_Piped: TypeAlias = Literal["pipe", "unpipe"]
_Attempt: TypeAlias = Literal["connectionAttempt", "connectionAttemptTimeout"]

if TYPE_CHECKING:

    class SocketEvents(Duplex):
        """A duplex stream that knows what the events of a socket carry."""

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

        def on(self, name: Any, listener: Any) -> Self:
            return super().on(name, listener)

        addListener = on
        once = on
        prependListener = on
        prependOnceListener = on

else:
    SocketEvents = Duplex
