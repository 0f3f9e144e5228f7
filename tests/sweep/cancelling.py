"""Cancelling a scenario everywhere: once as each step begins, and once after it."""

from __future__ import annotations

from collections import Counter

from tests.sweep.leaks import collecting_quickly
from tests.sweep.running import Point, Scenario, When
from tests.sweep.sweeping import Report, calm_run, run

#: Steps that the first task of a cancelled scenario may take and still end as if nothing had
#: happened. What it waited for may have come in that turn, and on asyncio what it waits for next
#: may come by the cancellation of other tasks before its own: then it was at its last operation.
_LAST_STEPS = 3


def cancel_everywhere(scenario: Scenario, backend: str) -> Report:
    """Count the steps of ``scenario``, then cancel it at each of them.

    A step that is not reached, since an earlier run was longer, cancels nothing.
    """
    with collecting_quickly():
        run(scenario, backend)  # The first run may fill caches.
        steps = calm_run(scenario, backend).steps
        report = Report(Counter(steps=steps))
        for step in range(1, steps + 1):
            for when in When:
                outcome = run(scenario, backend, Point(step, when))
                if not outcome.cancelled and outcome.steps_after > _LAST_STEPS:
                    outcome.findings.append("it went on after the cancellation")
                report.add("cancelled", f"step {step} {when.value}", outcome)
    return report
