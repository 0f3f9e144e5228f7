"""A scenario on asyncio: a task factory puts a counting awaitable around each coroutine."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

import anyio

from anynet.testing._sweep.stage import Scenario, Stage
from anynet.testing._sweep.steps import PULSE, QUIET_TURNS, Run, Steps, current_steps, play


class _Counting(Awaitable[Any]):
    """A coroutine, each of whose steps is counted."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], steps: Steps) -> None:
        self._coroutine = coroutine
        self._steps = steps

    def __await__(self) -> Generator[Any, Any, Any]:
        steps, coroutine = self._steps, self._coroutine
        resume = _sending(coroutine, None)
        steps.alive += 1
        try:
            while True:
                steps.begin(asyncio.current_task())
                try:
                    parked_on = resume()
                except StopIteration as stop:
                    return stop.value
                finally:
                    del resume  # Which may hold an exception, whose traceback holds this frame.
                    if steps.parks_here():
                        # Ahead of whatever wakes the task again: that has not been queued yet.
                        asyncio.get_running_loop().call_soon(steps.cancel)
                try:
                    value = yield parked_on
                except BaseException as error:
                    resume = _throwing(coroutine, error)
                else:
                    resume = _sending(coroutine, value)
        finally:
            steps.alive -= 1


def _sending(coroutine: Coroutine[Any, Any, Any], value: Any) -> Callable[[], Any]:
    return lambda: coroutine.send(value)


def _throwing(coroutine: Coroutine[Any, Any, Any], error: BaseException) -> Callable[[], Any]:
    return lambda: coroutine.throw(error)


async def _counted(coroutine: Coroutine[Any, Any, Any], steps: Steps) -> Any:
    return await _Counting(coroutine, steps)


def _task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
    steps = current_steps.get(None)
    if steps is not None:
        coroutine = _counted(coroutine, steps)
    return asyncio.Task(coroutine, loop=loop, **options)


class _Quiet:
    """Lets the world go on whenever the loop has been quiet for some turns."""

    def __init__(self, loop: asyncio.AbstractEventLoop, stage: Stage) -> None:
        self._loop = loop
        self._stage = stage
        self._turns = 0
        loop.call_soon(self._turn)

    def stir(self) -> None:
        self._turns = 0

    def _turn(self) -> None:
        self._turns += 1
        if self._stage.over:
            return
        if self._turns < QUIET_TURNS:
            self._loop.call_soon(self._turn)
        elif self._stage.busy():
            self._stage.idle()
            self._turns = 0
            self._loop.call_soon(self._turn)
        else:
            self._turns = 0
            self._loop.call_later(PULSE / 10, self._turn)


async def _main(scenario: Scenario, stage: Stage, steps: Steps, run: Run) -> None:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(_task)
    steps.on_step = _Quiet(loop, stage).stir
    await play(scenario, stage, steps, run)


def perform(backend: str, scenario: Scenario, stage: Stage, steps: Steps, run: Run) -> None:
    """Run ``scenario`` in an event loop of its own, of asyncio or of uvloop."""
    if backend == "uvloop":
        uvloop = {"use_uvloop": True}
        anyio.run(_main, scenario, stage, steps, run, backend="asyncio", backend_options=uvloop)
        return
    selector = selectors.DefaultSelector()

    async def main() -> None:
        before = len(selector.get_map())
        await _main(scenario, stage, steps, run)
        if len(selector.get_map()) > before:
            run.findings.append("the loop watches a descriptor still")

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        runner.run(main())
