"""Virtual clocks: where every task waits, time jumps to the next deadline, and no second passes.

Rules that live here:

- On Trio the clock is its own ``MockClock``; on asyncio an event loop with a selector of ours,
  which is a documented argument, and a ``time`` of its own. Nothing private is touched, so uvloop,
  which takes neither, has no virtual clock.
- Time stands still while a thread works: its answer takes real time, and a ``fail_after`` around it
  would expire at once. Counted are the threads of the default limiter and of the loop's executor;
  others cannot be known.
- What is ready in the kernel comes first: time jumps only where a poll has found nothing.
"""

from __future__ import annotations

import asyncio
import math
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple, Unpack

import anyio.to_thread
import trio
import trio.testing

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

#: How long a poll waits in real time while a thread works (seconds); what it wakes comes at once.
_LOOK_AGAIN = 0.05


def virtual_clock(backend: str) -> tuple[str, dict[str, Any]]:
    """A virtual clock of its own, for one run: ``backend`` and the options that AnyIO takes for it.

    For a fixture ``anyio_backend``, which returns it, or for ``anyio.run(function,
    backend=backend, backend_options=options)``. Time begins at 0 and jumps to the next deadline
    whenever every task waits: no real second passes. It stands still while a thread of
    ``anyio.to_thread`` or of the loop's executor works (one that has a limiter of the program's own
    is not seen). A peer in another process is not waited for.

    Raises :exc:`ValueError` for any other ``backend`` than ``"trio"`` and ``"asyncio"``: uvloop has
    no clock that could be set.
    """
    if backend == "trio":
        clock = trio.testing.MockClock(autojump_threshold=0)
        return "trio", {"clock": clock, "instruments": [_StandStill(clock)]}
    if backend == "asyncio":
        return "asyncio", {"loop_factory": VirtualClockLoop}
    raise ValueError(
        f"backend must be 'trio' or 'asyncio', not {backend!r}: no other has a virtual clock"
    )


class _StandStill(trio.abc.Instrument):
    """Keeps the clock of a run of Trio from jumping while a thread works.

    The loop has decided about a jump when this is called. A call into the loop is an event, and
    with one there is no jump in this turn: the next sees what was set here.
    """

    def __init__(self, clock: trio.testing.MockClock) -> None:
        self._clock = clock
        self._stands = False

    def before_io_wait(self, timeout: float) -> None:
        working = trio.to_thread.current_default_thread_limiter().borrowed_tokens > 0
        if working is not self._stands:
            self._stands = working
            self._clock.autojump_threshold = math.inf if working else 0
            trio.lowlevel.current_trio_token().run_sync_soon(_nothing)


def _nothing() -> None:
    """An event for the loop."""


class _JumpingSelector(selectors.DefaultSelector):
    """A selector in which time jumps over every wait that nothing would end."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        #: How many calls of the loop's executor are under way.
        self.calls = 0
        self.limiter: anyio.CapacityLimiter | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self.calls or (self.limiter is not None and self.limiter.borrowed_tokens):
            return super().select(_LOOK_AGAIN)
        if timeout is None:
            return super().select(None)  # Only a descriptor, or another thread, can end this.
        self.now += timeout
        return []


class VirtualClockLoop(asyncio.SelectorEventLoop):
    """An event loop of asyncio with a virtual clock; see :func:`virtual_clock`."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self.call_soon(self._find_limiter)

    def _find_limiter(self) -> None:
        self._jumping.limiter = anyio.to_thread.current_default_thread_limiter()

    def time(self) -> float:
        return self._jumping.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        self._jumping.calls += 1
        try:
            future = super().run_in_executor(executor, func, *args)
        except BaseException:
            self._jumping.calls -= 1
            raise
        future.add_done_callback(self._call_ended)
        return future

    def _call_ended(self, _: object) -> None:
        self._jumping.calls -= 1

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        # From Python 3.12 on there is a time limit, which virtual time would pass at once.
        self._jumping.calls += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._jumping.calls -= 1


def check_virtual_clock() -> None:
    """Raise :exc:`RuntimeError` unless the event loop that runs has a virtual clock."""
    try:
        loop: object = asyncio.get_running_loop()
    except RuntimeError:
        loop = None
    if trio.lowlevel.in_trio_run():
        if isinstance(trio.lowlevel.current_clock(), trio.testing.MockClock):
            return
    elif isinstance(loop, VirtualClockLoop):
        return
    elif loop is not None and not isinstance(loop, asyncio.SelectorEventLoop):
        raise RuntimeError(
            f"a simulated network needs a virtual clock, which {type(loop).__module__} cannot have:"
            " run it on asyncio or Trio, by Network.run() or virtual_clock()"
        )
    raise RuntimeError(
        "a simulated network needs a virtual clock: use Network.run(), or the options of"
        " virtual_clock() for the event loop"
    )
