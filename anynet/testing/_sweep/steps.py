"""The steps of a scenario's tasks: counting them, and cancelling at one of them.

A step is one time that a task of the scenario is run by its event loop. Which tasks belong to the
scenario, a context variable tells, which tasks inherit from who starts them.
"""

from __future__ import annotations

import contextvars
import enum
from collections.abc import Awaitable, Callable
from typing import ClassVar

import anyio
import anyio.lowlevel
import attrs
from anyio.abc import TaskGroup

from anynet.testing._sweep.peers import PeerRecord
from anynet.testing._sweep.stage import Stage

#: As many turns of a loop without a step of the scenario, and the loop counts as idle: it polls
#: once a turn, and a wake-up may pass through a few callbacks.
QUIET_TURNS = 12
#: Seconds between two looks at a world that has nothing to say: the kernel may take its time.
PULSE = 0.01
#: Turns in which tasks that were cancelled at the end of a scenario are over.
_LAST_TURNS = 10


class When(enum.Enum):
    """When in a step the cancellation comes."""

    #: As the step begins: the wake-up is on its way, and its result must not be lost.
    BEGINS = "begins"
    #: Once the task has parked, or ended: who waits there is woken by the cancellation.
    PARKED = "parked"


@attrs.frozen
class CancelPoint:
    """Where to cancel: steps count from 1."""

    step: int
    when: When

    kind: ClassVar[str] = "cancelled"

    def __str__(self) -> str:
        return f"step {self.step} {self.when.value}"


@attrs.define
class Run:
    """What is noted of a run while it lasts."""

    steps: int = 0
    #: Steps of the scenario's first task after the cancellation, and whether that ended it.
    steps_after: int = 0
    cancelled: bool = False
    #: What left the scenario, until it is judged; then its text.
    raised: Exception | None = None
    error: str | None = None
    #: How it came to that, of an undisturbed run: one that is disturbed is to raise something.
    traceback: str = ""
    findings: list[str] = attrs.field(factory=list)
    peers: tuple[PeerRecord, ...] = ()


class Steps:
    """Counts the steps of a scenario's tasks, and cancels at ``point``."""

    def __init__(self, point: CancelPoint | None) -> None:
        self.count = 0
        #: The scenario's first task, by its identity, and how many of the steps were its own.
        self.first = 0
        self.of_first = 0
        self.alive = 0
        self.cancel: Callable[[], object] = _nothing
        self.on_step: Callable[[], object] = _nothing
        self._point = point

    def begin(self, task: object) -> None:
        """Count a step that begins."""
        self.count += 1
        self.of_first += id(task) == self.first
        self.on_step()
        if self._point == CancelPoint(self.count, When.BEGINS):
            self.cancel()

    def parks_here(self) -> bool:
        """Whether the cancellation comes when the current step is over."""
        return self._point == CancelPoint(self.count, When.PARKED)


def _nothing() -> None:
    pass


#: Set in the tasks of a scenario, and nowhere else.
current_steps: contextvars.ContextVar[Steps] = contextvars.ContextVar("steps of the scenario")


async def play(
    scenario: Callable[[Stage], Awaitable[object]], stage: Stage, steps: Steps, run: Run
) -> None:
    """Run the scenario in a task of its own, in a scope that its steps can cancel."""
    scope = anyio.CancelScope()

    def cancel() -> None:
        if not stage.over:
            run.steps_after = -steps.of_first
            stage.cancelled = True
            scope.cancel()

    async def perform(tasks: TaskGroup) -> None:
        steps.first = anyio.get_current_task().id
        try:
            with scope:
                await scenario(stage)
        except Exception as error:
            run.raised = error
        stage.over = True
        run.cancelled = scope.cancelled_caught
        run.steps = steps.count
        if stage.cancelled:
            run.steps_after += steps.of_first
        tasks.cancel_scope.cancel()

    steps.cancel = cancel
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_watch_for_standstill, stage, steps, scope)
        token = current_steps.set(steps)
        tasks.start_soon(perform, tasks)
        current_steps.reset(token)
    for _ in range(_LAST_TURNS):
        await anyio.lowlevel.checkpoint()
    if steps.alive:
        run.findings.append(f"{steps.alive} tasks are left")


async def _watch_for_standstill(stage: Stage, steps: Steps, scope: anyio.CancelScope) -> None:
    """End a scenario that makes no step for ``stage.patience`` seconds.

    Pulses are counted and not seconds: a machine that is too busy for them is no standstill.
    """
    seen, since = 0, 0
    while True:
        await anyio.sleep(PULSE)
        since = since + 1 if steps.count == seen else 0
        seen = steps.count
        if since == round(stage.patience / PULSE):
            stage.faults.append("it got stuck")
            scope.cancel()
