"""Outcomes that are awaited later: what a function returns where Node returns a promise.

Rules that live here: what is awaited has begun with the call. A failure that nobody ever awaits
ends the runtime, as Node ends for a promise that was rejected and had no handler; but not before
the outcome is dropped, since in Python it may still be awaited.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import anyio
from anyio.lowlevel import checkpoint

from anynet.node._loop.runtime import Runtime, let_tasks_run


class Outcome:
    """Something under way, to be awaited for its value, or for the exception that it fails with.

    Raises :exc:`NoRuntimeError` if the runtime ends before. Cancelling the ``await`` gives up what
    is under way.
    """

    __slots__ = ("__weakref__", "_error", "_event", "_runtime", "_settled", "_value", "give_up")

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._event = anyio.Event()
        self._settled = False
        self._error: BaseException | None = None
        self._value: Any = None
        #: What cancelling the wait does.
        self.give_up: Callable[[], object] | None = None

    def settle(self, error: BaseException | None, value: Any = None) -> None:
        """It is over; only the first time counts."""
        if not self._settled:
            self._settled, self._error, self._value = True, error, value
            self._event.set()
            let_tasks_run()

    def __await__(self) -> Generator[Any, None, Any]:
        return self._wait().__await__()

    async def _wait(self) -> Any:
        if self._settled:
            await checkpoint()
        else:
            try:
                await self._runtime.wait(self._event)
            except BaseException:
                if self.give_up is not None and not self._runtime.reactor.ended:
                    self.give_up()
                raise
        error, self._error = self._error, None
        if error is not None:
            raise error
        return self._value

    def __del__(self) -> None:
        error, runtime = self._error, self._runtime
        if error is not None and not runtime.reactor.ended:
            runtime.reactor.host.finalize(lambda: runtime.next_tick(_raise, error))


def _raise(error: BaseException) -> None:
    raise error
