"""A callback that a reactor makes once the events of a turn are done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class RefCounted(Protocol):
    """What runs for as long as something holds a reference to it."""

    def add_ref(self) -> None: ...

    def release(self) -> None: ...


class Immediate:
    """A callback after the events of this turn, or of the next one."""

    __slots__ = ("_owner", "args", "callback", "refed")

    def __init__(
        self, owner: RefCounted, callback: Callable[..., object], args: tuple[Any, ...]
    ) -> None:
        self._owner = owner
        self.callback: Callable[..., object] | None = callback
        self.args: tuple[Any, ...] = args
        #: Whether it keeps the reactor running.
        self.refed: bool = False

    def cancel(self) -> None:
        """Never call back. Cancelling again does nothing."""
        self.unref()
        self.callback = None

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
