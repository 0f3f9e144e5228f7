"""The timers of a reactor: those of a heap that may keep the reactor running."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anynet._transport.loops.timer_heap import HeapTimer, TimerHeap
from anynet._transport.reactor.immediate import RefCounted


class ReactorTimer(HeapTimer):
    """A callback at a time. Get it from ``Reactor.call_later``."""

    __slots__ = ("_owner", "refed")

    def __init__(
        self,
        heap: TimerHeap,
        deadline: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        owner: RefCounted,
    ) -> None:
        super().__init__(heap, deadline, callback, args)
        #: Whether it keeps the reactor running, which it does until it has called back.
        self.refed: bool = False
        self._owner = owner

    def ref(self) -> None:
        """Let it keep the reactor running, until it has called back."""
        if not self.refed and self.callback is not None:
            self.refed = True
            self._owner.add_ref()

    def unref(self) -> None:
        """Don't let it keep the reactor running."""
        if self.refed:
            self.refed = False
            self._owner.release()

    def clear(self) -> None:
        """Let go of the callback, and of the reactor."""
        self.unref()
        super().clear()
