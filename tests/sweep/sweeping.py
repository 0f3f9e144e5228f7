"""What both sweeps share: a report, and a run that is judged."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import anyio
import attrs

from anynet.cluster import ChannelError
from tests.sweep.leaks import nothing_left, plain
from tests.sweep.running import Outcome, Point, Scenario, perform

#: What may leave a scenario that was made to fail: errors of the system, of streams, of channels.
EXPECTED = (
    OSError,
    ChannelError,
    anyio.EndOfStream,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
)


@attrs.frozen
class Finding:
    """What was wrong, of which kind the point was (a call and its error), and which it was."""

    kind: str
    point: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.point}): {self.what}"


@attrs.define
class Report:
    """What a sweep of one scenario on one backend came to."""

    #: How often there was what the sweep goes through: steps, or each system call by its name.
    counts: Counter[str] = attrs.field(factory=Counter)
    #: How many runs were cancelled, or failed.
    runs: int = 0
    findings: list[Finding] = attrs.field(factory=list)

    def add(self, kind: str, point: str, outcome: Outcome) -> None:
        self.runs += 1
        self.findings += [Finding(kind, point, what) for what in outcome.findings]


def run(scenario: Scenario, backend: str, point: Point | None = None) -> Outcome:
    """Run a scenario in a directory of its own, and look at what it left behind."""
    findings: list[str] = []
    with tempfile.TemporaryDirectory(prefix="sweep") as name:
        directory = Path(name)
        with nothing_left(directory, findings):
            outcome = perform(scenario, backend, directory, point=point)
            unexpected = [error for error in outcome.errors if not _expected(error)]
            # Their tracebacks would keep alive what the scenario has left behind.
            findings += [f"it raised {plain(repr(error), directory)}" for error in unexpected]
            failed = bool(outcome.errors)
            outcome.errors.clear()
            del unexpected
    outcome.failed = failed
    outcome.findings += findings
    return outcome


def calm_run(scenario: Scenario, backend: str) -> Outcome:
    """A run in which nothing goes wrong. Raises :exc:`AssertionError` where something did."""
    outcome = run(scenario, backend)
    if outcome.failed:
        outcome.findings.append("it failed")
    if outcome.findings:
        raise AssertionError(f"{scenario.__name__} on {backend}: {outcome.findings}")
    return outcome


def _expected(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_expected(one) for one in error.exceptions)
    return isinstance(error, EXPECTED)
