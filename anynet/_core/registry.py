"""The connections of a server, and waiting for them to end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import anyio

from anynet._core.serving import Served


class Registry:
    """Holds each connection from its accept until it was served to its end."""

    def __init__(self) -> None:
        self._served: dict[Served, None] = {}
        self._change = anyio.Event()
        #: Whom to tell when a connection has ended.
        self.on_remove: Callable[[], object] | None = None

    def __len__(self) -> int:
        return len(self._served)

    def __iter__(self) -> Iterator[Served]:
        return iter(tuple(self._served))

    def add(self, served: Served) -> None:
        """A connection was accepted."""
        self._served[served] = None

    def remove(self, served: Served) -> None:
        """A connection has ended; saying so twice does no harm."""
        if served in self._served:
            del self._served[served]
            self._change.set()
            if self.on_remove is not None:
                self.on_remove()

    def remaining(self, some: Iterable[Served]) -> list[Served]:
        """Those of ``some`` that have not ended."""
        return [served for served in some if served in self._served]

    async def wait_ended(self, some: Iterable[Served]) -> None:
        """Wait until all of ``some`` have ended."""
        while some := self.remaining(some):
            await self._next_change()

    async def wait_all_ended(self) -> None:
        """Wait until there is no connection."""
        while self._served:
            await self._next_change()

    async def _next_change(self) -> None:
        if self._change.is_set():
            self._change = anyio.Event()  # Never replace one that another task waits for.
        await self._change.wait()
