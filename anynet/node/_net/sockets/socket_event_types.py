"""The types of a socket's events and of their listeners."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, overload

from anynet.node._emitters.emitter import EventName, Listener
from anynet.node._net.sockets.handle_link import SocketCore

_Bare: TypeAlias = Literal[
    "connect", "drain", "end", "finish", "pause", "readable", "ready", "resume", "timeout"
]
_Piped: TypeAlias = Literal["pipe", "unpipe"]
_Attempt: TypeAlias = Literal["connectionAttempt", "connectionAttemptTimeout"]


#: These come first among the names of a stream's events, whoever listened first.
_FIRST = ("close", "error", "prefinish", "finish", "drain", "data", "end", "readable")
_PLACES = {name: place for place, name in enumerate(_FIRST)}


def _place(name: EventName) -> int:
    return _PLACES.get(name, len(_FIRST)) if isinstance(name, str) else len(_FIRST)


class SocketEvents(SocketCore):
    """A socket that knows what its events carry."""

    __slots__ = ()

    def eventNames(self) -> list[EventName]:
        """The events that have listeners, those of every stream first, symbols last."""
        return sorted(super().eventNames(), key=_place)

    def removeAllListeners(self, name: EventName | None = None) -> Self:
        """Remove the listeners of one event, or of all, in the order of :meth:`eventNames`."""
        if name is None and self.listener_table is not None:
            self.listener_table = {each: self.listener_table[each] for each in self.eventNames()}
        return super().removeAllListeners(name)

    if TYPE_CHECKING:

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
