"""Outcomes that are awaited later: what a function returns where Node returns a promise.

Rules that live here: what is awaited has begun with the call. A failure that nobody ever awaits
ends the runtime, as Node ends for a promise that was rejected and had no handler; but not before
the outcome is dropped, since until then it may still be awaited.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import anyio
from anyio.lowlevel import checkpoint

from anynet.node._loop.runtime import Runtime, let_tasks_run


class Settlement:
    """What callbacks report to; it does not refer to the outcome, so that this can be dropped."""

    __slots__ = ("_dropped", "awaited", "error", "event", "runtime", "settled", "value")

    def __init__(self, runtime: Runtime) -> None:
        self.runtime: Runtime = runtime
        self.event: anyio.Event = anyio.Event()
        self.settled: bool = False
        self.awaited: bool = False
        self.error: BaseException | None = None
        self.value: Any = None
        self._dropped = False

    def settle(self, error: BaseException | None, value: Any = None) -> None:
        """It is over; only the first time counts."""
        if not self.settled:
            self.settled, self.error, self.value = True, error, value
            self.event.set()
            let_tasks_run()
            if self._dropped:
                self._raise_unheard()

    def drop(self) -> None:
        """Nobody can await it any more."""
        self._dropped = True
        if self.settled and not self.runtime.reactor.ended:
            self._raise_unheard()

    def _raise_unheard(self) -> None:
        if self.error is not None and not self.awaited:
            self.runtime.next_tick(_raise, self.error)


class Outcome:
    """Something under way, to be awaited for its value, or for the exception that it fails with.

    Raises :exc:`NoRuntimeError` if the runtime ends before. Cancelling the ``await`` gives up what
    is under way.
    """

    __slots__ = ("__weakref__", "_give_up", "_settlement")

    def __init__(self, settlement: Settlement, give_up: Callable[[], object]) -> None:
        self._settlement = settlement
        #: What cancelling the wait does.
        self._give_up = give_up

    def __await__(self) -> Generator[Any, None, Any]:
        return self._wait().__await__()

    async def _wait(self) -> Any:
        found = self._settlement
        found.awaited = True
        if found.settled:
            await checkpoint()
        else:
            try:
                await found.runtime.wait(found.event)
            except BaseException:
                if not found.runtime.reactor.ended:
                    self._give_up()
                raise
        if found.error is not None:
            raise found.error
        return found.value

    def __del__(self) -> None:
        self._settlement.runtime.reactor.host.finalize(self._settlement.drop)


def _raise(error: BaseException) -> None:
    raise error
