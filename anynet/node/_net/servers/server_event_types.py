"""The types of a server's events and of their listeners: for type checkers alone.

At run time ``Server`` derives from ``EventEmitter`` directly; see there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from anynet.node._emitters.emitter import EventEmitter, EventName, Listener
from anynet.node._net.sockets.socket import Socket

if TYPE_CHECKING:

    class ServerEvents(EventEmitter):
        """An emitter of ``listening``, ``connection``, ``drop``, ``error`` and ``close``."""

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

        def on(self, name: Any, listener: Any) -> Self:
            return super().on(name, listener)

        addListener = on
        once = on
        prependListener = on
        prependOnceListener = on

else:
    ServerEvents = EventEmitter
