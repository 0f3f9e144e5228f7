"""What is between two owners: taken once, in whichever thread, and closed if nobody takes it.

The rules that live here:

- It belongs to no event loop, so that the next owner may live in another thread, with another
  backend.
- It is taken once: of two threads that try one gets it.
- One that nobody takes closes itself and warns, as the standard library's sockets do; silently in a
  forked child, which drops copies of what its parent still has.
"""

from __future__ import annotations

import os
import warnings
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

T = TypeVar("T")


class HandingOver(ABC, Generic[T]):
    """Holds something until it is taken, or closed."""

    __slots__ = ("__weakref__", "_held", "_pid")

    def __init__(self, held: T) -> None:
        # A list, since its pop() is one step, with and without the interpreter's lock.
        self._held: list[T] = [held]
        self._pid = os.getpid()

    def take(self) -> T:
        """What is held, which is the caller's now. Raises if it was taken or closed before."""
        try:
            return self._held.pop()
        except IndexError:
            raise self._gone() from None

    def close(self) -> None:
        """Close it, unless it was adopted or closed before; for any thread."""
        try:
            held = self._held.pop()
        except IndexError:
            return
        self._close(held)

    @property
    def closed(self) -> bool:
        """Whether it was adopted, or closed."""
        return not self._held

    @abstractmethod
    def _close(self, held: T) -> None:
        """Close what is held; does not raise."""

    @abstractmethod
    def _gone(self) -> Exception:
        """What to raise where it was taken or closed before."""

    @property
    def in_own_process(self) -> bool:
        """False in a forked child, which shares with its parent what the kernel has."""
        return os.getpid() == self._pid

    def __del__(self) -> None:
        if getattr(self, "_held", None):
            try:
                if self.in_own_process:
                    warnings.warn(
                        f"{self!r} was not adopted, and is closed now",
                        ResourceWarning,
                        stacklevel=2,
                        source=self,
                    )
            finally:
                self.close()
