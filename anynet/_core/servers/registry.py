"""The connections of a server, and waiting for them to end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager

import anyio

from anynet._core.servers.connection_runner import ServerConnection


class Registry:
    """Holds each connection from its accept until it was served to its end."""

    def __init__(self) -> None:
        self._served: dict[ServerConnection, None] = {}
        self._change = anyio.Event()
        self._callers: Counter[ServerConnection] = Counter()
        #: Whom to tell when a connection has ended.
        self.on_remove: Callable[[], object] | None = None

    def __len__(self) -> int:
        return len(self._served)

    def __iter__(self) -> Iterator[ServerConnection]:
        return iter(tuple(self._served))

    def add(self, served: ServerConnection) -> None:
        """A connection was accepted."""
        self._served[served] = None

    def remove(self, served: ServerConnection) -> None:
        """A connection has ended; saying so twice does no harm."""
        if served in self._served:
            del self._served[served]
            self._change.set()
            if self.on_remove is not None:
                self.on_remove()

    @contextmanager
    def in_shutdown(self, callers: Collection[ServerConnection]) -> Iterator[None]:
        """In here the handlers of ``callers`` wait for others to end."""
        self._callers.update(callers)
        self._change.set()
        try:
            yield
        finally:
            self._callers.subtract(callers)
            self._callers = +self._callers
            self._change.set()

    def calls_shutdown(self, served: ServerConnection) -> bool:
        """Does the handler of ``served`` wait for others to end?"""
        return served in self._callers

    def remaining(
        self, some: Iterable[ServerConnection], spare_callers: bool = False
    ) -> list[ServerConnection]:
        """Those of ``some`` that have not ended, or else do not wait for others to end either."""
        return [
            served
            for served in some
            if served in self._served and not (spare_callers and served in self._callers)
        ]

    async def wait_ended(
        self, some: Iterable[ServerConnection], spare_callers: bool = False
    ) -> None:
        """Wait until none of ``some`` remains."""
        while some := self.remaining(some):
            if spare_callers and all(map(self.calls_shutdown, some)):
                return
            await self._next_change()

    async def wait_all_ended(self) -> None:
        """Wait until there is no connection."""
        while self._served:
            await self._next_change()

    async def _next_change(self) -> None:
        if self._change.is_set():
            self._change = anyio.Event()  # Never replace one that another task waits for.
        await self._change.wait()
