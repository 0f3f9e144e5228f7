"""A callback that a reactor makes once the events of a turn are done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, Self


class RefCounted(Protocol):
    """What runs for as long as something holds a reference to it."""

    def add_ref(self) -> None: ...

    def release(self) -> None: ...


class Immediate:
    """A callback after the events of this turn, or of the next one.

    It is to be given to ``Reactor.add_immediate`` of its reactor, which counts it as a reference.
    """

    __slots__ = ("_args", "_callback", "_reactor", "_refed")

    def __init__(
        self, reactor: RefCounted, callback: Callable[..., object], args: tuple[Any, ...]
    ) -> None:
        self._reactor = reactor
        #: None once it has called back, or was cancelled.
        self._callback: Callable[..., object] | None = callback
        self._args = args
        self._refed = True

    def cancel(self) -> None:
        """Never call back. Cancelling again does nothing."""
        self.unref()
        self._callback = None

    def ref(self) -> Self:
        """Let it keep the reactor running until it has called back, as it does from the start."""
        if not self._refed and self._callback is not None:
            self._refed = True
            self._reactor.add_ref()
        return self

    def unref(self) -> Self:
        """Don't let it keep the reactor running."""
        if self._refed:
            self._refed = False
            self._reactor.release()
        return self

    def has_ref(self) -> bool:
        """Whether it keeps the reactor running."""
        return self._refed
