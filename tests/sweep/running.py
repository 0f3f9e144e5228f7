"""Running a scenario once, counting the steps of its tasks, and cancelling it at one of them.

A step is one time that a task of the scenario is run by its event loop. Which tasks belong to the
scenario, a context variable tells, which tasks inherit from who starts them. On Trio an instrument
sees the steps; on asyncio a task factory puts a counting awaitable around each coroutine.
"""

from __future__ import annotations

import asyncio
import contextvars
import enum
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Generator
from pathlib import Path
from typing import Any, TypeAlias

import anyio
import anyio.lowlevel
import attrs
import trio

from tests.sweep.stage import Stage

Scenario: TypeAlias = Callable[[Stage], Awaitable[None]]

BACKENDS = ("trio", "asyncio", "uvloop")
#: As many turns of a loop without a step of the scenario, and the loop counts as idle: it polls
#: once a turn, and a wake-up may pass through a few callbacks.
_QUIET_TURNS = 12
#: Seconds between two looks at a world that has nothing to say: the kernel may take its time.
_PULSE = 0.01
#: As many of these without a step, and a scenario is stuck: nothing in it waits for so long.
_STUCK = 120
#: Turns in which tasks that were cancelled at the end of a scenario are over.
_LAST_TURNS = 10


class When(enum.Enum):
    """When in a step the cancellation comes."""

    #: As the step begins: the wake-up is on its way, and its result must not be lost.
    BEGINS = "begins"
    #: Once the task has parked, or ended: whoever waits there is woken by the cancellation.
    PARKED = "parked"


@attrs.frozen
class Point:
    """Where to cancel: steps count from 1."""

    step: int
    when: When


@attrs.define
class Outcome:
    """What a run came to."""

    steps: int = 0
    #: Steps of the scenario's first task after the cancellation, and whether that ended it.
    steps_after: int = 0
    cancelled: bool = False
    failed: bool = False
    errors: list[BaseException] = attrs.field(factory=list)
    findings: list[str] = attrs.field(factory=list)


class Steps:
    """Counts the steps of a scenario's tasks, and cancels at ``point``."""

    def __init__(self, point: Point | None, on_step: Callable[[], object] = lambda: None) -> None:
        self.count = 0
        #: The scenario's first task, by its identity, and how many of the steps were its own.
        self.first = 0
        self.of_first = 0
        self.alive = 0
        self.cancel: Callable[[], object] = lambda: None
        self._point = point
        self.on_step = on_step

    def begin(self, task: object) -> None:
        self.count += 1
        self.of_first += id(task) == self.first
        self.on_step()
        if self._point == Point(self.count, When.BEGINS):
            self.cancel()

    def parks_here(self) -> bool:
        """Whether the cancellation comes when the current step is over."""
        return self._point == Point(self.count, When.PARKED)


_steps: contextvars.ContextVar[Steps] = contextvars.ContextVar("steps of the scenario")


def perform(
    scenario: Scenario, backend: str, directory: Path, *, point: Point | None = None
) -> Outcome:
    """Run ``scenario`` once in an event loop of its own, cancelling it at ``point``.

    Its findings are those of the peers and of the event loop; what the process has left is
    looked at elsewhere.
    """
    stage = Stage(directory)
    outcome = Outcome()
    main = _MAINS[backend]
    try:
        main(scenario, stage, Steps(point), outcome)
    finally:
        outcome.findings += stage.finish()
    return outcome


async def _play(scenario: Scenario, stage: Stage, steps: Steps, outcome: Outcome) -> None:
    """The scenario in a task of its own, in a scope that its steps can cancel."""
    scope = anyio.CancelScope()

    def cancel() -> None:
        if not stage.over:
            outcome.steps_after = -steps.of_first
            stage.cancelled = True
            scope.cancel()

    async def play(tasks: anyio.abc.TaskGroup) -> None:
        steps.first = anyio.get_current_task().id
        try:
            with scope:
                await scenario(stage)
        except Exception as error:
            outcome.errors.append(error)
        stage.over = True
        outcome.cancelled = scope.cancelled_caught
        outcome.steps = steps.count
        if stage.cancelled:
            outcome.steps_after += steps.of_first
        tasks.cancel_scope.cancel()

    async def pulse() -> None:
        seen, since = 0, 0
        while True:
            await anyio.sleep(_PULSE)
            since = since + 1 if steps.count == seen else 0
            seen = steps.count
            if since == _STUCK:
                stage.faults.append("it got stuck")
                scope.cancel()

    steps.cancel = cancel
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pulse)
        token = _steps.set(steps)
        tasks.start_soon(play, tasks)
        _steps.reset(token)
    for _ in range(_LAST_TURNS):
        await anyio.lowlevel.checkpoint()
    if steps.alive:
        outcome.findings.append(f"{steps.alive} tasks are left")


# -- Trio -----------------------------------------------------------------------------------------


class _Watch(trio.abc.Instrument):
    """Counts steps, and lets the world go on when the loop has polled in vain for some turns."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._turns = 0

    def task_spawned(self, task: trio.lowlevel.Task) -> None:
        steps = task.context.get(_steps)
        if steps is not None:
            steps.alive += 1

    def task_exited(self, task: trio.lowlevel.Task) -> None:
        steps = task.context.get(_steps)
        if steps is not None:
            steps.alive -= 1

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        steps = task.context.get(_steps)
        if steps is not None:
            self._turns = 0
            steps.begin(task)

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        steps = task.context.get(_steps)
        if steps is not None and steps.parks_here():
            steps.cancel()

    def before_io_wait(self, timeout: float) -> None:
        if timeout > 0 and self._stage.busy():
            # Here the loop has decided how long to wait: it must be woken properly. And it has not
            # polled yet: what the last act did may be ready.
            self._turns += 1
            trio.lowlevel.current_trio_token().run_sync_soon(self._turn)

    def _turn(self) -> None:
        if self._turns >= _QUIET_TURNS:
            self._turns = 0
            self._stage.idle()


def _on_trio(scenario: Scenario, stage: Stage, steps: Steps, outcome: Outcome) -> None:
    async def main() -> None:
        before = trio.lowlevel.current_statistics()
        await _play(scenario, stage, steps, outcome)
        after = trio.lowlevel.current_statistics()
        if after.tasks_living > before.tasks_living:
            outcome.findings.append("a system task is left")

    trio.run(main, instruments=[_Watch(stage)])


# -- asyncio --------------------------------------------------------------------------------------


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
    steps = _steps.get(None)
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
        if self._turns < _QUIET_TURNS:
            self._loop.call_soon(self._turn)
        elif self._stage.busy():
            self._stage.idle()
            self._turns = 0
            self._loop.call_soon(self._turn)
        else:
            self._turns = 0
            self._loop.call_later(_PULSE / 10, self._turn)


async def _asyncio_main(scenario: Scenario, stage: Stage, steps: Steps, outcome: Outcome) -> None:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(_task)
    steps.on_step = _Quiet(loop, stage).stir
    await _play(scenario, stage, steps, outcome)


def _on_asyncio(scenario: Scenario, stage: Stage, steps: Steps, outcome: Outcome) -> None:
    selector = selectors.DefaultSelector()

    async def main() -> None:
        before = len(selector.get_map())
        await _asyncio_main(scenario, stage, steps, outcome)
        if len(selector.get_map()) > before:
            outcome.findings.append("the loop watches a descriptor still")

    anyio.run(
        main,
        backend="asyncio",
        backend_options={"loop_factory": lambda: asyncio.SelectorEventLoop(selector)},
    )


def _on_uvloop(scenario: Scenario, stage: Stage, steps: Steps, outcome: Outcome) -> None:
    anyio.run(
        _asyncio_main,
        scenario,
        stage,
        steps,
        outcome,
        backend="asyncio",
        backend_options={"use_uvloop": True},
    )


_MAINS = {"trio": _on_trio, "asyncio": _on_asyncio, "uvloop": _on_uvloop}
