"""A scenario on Trio: an instrument sees the steps of its tasks."""

from __future__ import annotations

import trio

from anynet.testing._sweep.stage import Scenario, Stage
from anynet.testing._sweep.steps import QUIET_TURNS, Run, Steps, current_steps, play


class _Watch(trio.abc.Instrument):
    """Counts steps, and lets the world go on when the loop has polled in vain for some turns."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._turns = 0

    def task_spawned(self, task: trio.lowlevel.Task) -> None:
        steps = task.context.get(current_steps)
        if steps is not None:
            steps.alive += 1

    def task_exited(self, task: trio.lowlevel.Task) -> None:
        steps = task.context.get(current_steps)
        if steps is not None:
            steps.alive -= 1

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        steps = task.context.get(current_steps)
        if steps is not None:
            self._turns = 0
            steps.begin(task)

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        steps = task.context.get(current_steps)
        if steps is not None and steps.parks_here():
            steps.cancel()

    def before_io_wait(self, timeout: float) -> None:
        if timeout > 0 and self._stage.busy():
            # Here the loop has decided how long to wait: it must be woken properly. And it has not
            # polled yet: what the last act did may be ready.
            self._turns += 1
            trio.lowlevel.current_trio_token().run_sync_soon(self._turn)

    def _turn(self) -> None:
        if self._turns >= QUIET_TURNS:
            self._turns = 0
            self._stage.idle()


def perform(backend: str, scenario: Scenario, stage: Stage, steps: Steps, run: Run) -> None:
    """Run ``scenario`` in an event loop of its own."""

    async def main() -> None:
        before = trio.lowlevel.current_statistics()
        await play(scenario, stage, steps, run)
        after = trio.lowlevel.current_statistics()
        if after.tasks_living > before.tasks_living:
            run.findings.append("a system task is left")

    trio.run(main, instruments=[_Watch(stage)])
