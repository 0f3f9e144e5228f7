"""Failing every system call of a scenario, with each of the errors that it may have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from tests.sweep.leaks import collecting_quickly
from tests.sweep.running import Scenario
from tests.sweep.sweeping import Report, calm_run, run
from tests.sweep.system_calls import ERRORS, Failure, watched

#: Some calls are made only in some of the orders in which Trio may run the tasks of a turn. One
#: that does not come again in so many runs is left out.
_TRIES = 5


def fail_everywhere(
    scenario: Scenario, backend: str, errnos: Mapping[str, tuple[int, ...]] = ERRORS
) -> Report:
    """Count the system calls of ``scenario``, then fail each with each of its errors."""
    with collecting_quickly():
        calls = _calm_calls(scenario, backend)
        report = Report(calls)
        for name, number in sorted(calls.items()):
            for failure in _failures(name, number, errnos):
                for _ in range(_TRIES):
                    with watched(failure) as made:
                        outcome = run(scenario, backend)
                    if made.made[name] >= failure.number:
                        report.add(failure.kind, f"call {failure.number}", outcome)
                        break
    return report


def _calm_calls(scenario: Scenario, backend: str) -> Counter[str]:
    run(scenario, backend)  # The first run may fill caches.
    with watched() as calls:
        calm_run(scenario, backend)
    return calls.made


def _failures(name: str, count: int, errnos: Mapping[str, tuple[int, ...]]) -> Iterator[Failure]:
    for number in range(1, count + 1):
        for errno in errnos.get(name, ()):
            yield Failure(name, number, errno)
