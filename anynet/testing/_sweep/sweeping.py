"""The sweeps: every point of a scenario as a case of its own, or all of them and a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Unpack

import attrs

from anynet._rules.checks import shown
from anynet.testing._leaks import collecting_quickly
from anynet.testing._sweep.options import SweepBackend, SweepOptionNames, SweepOptions
from anynet.testing._sweep.running import SweepOutcome, SweepPoint, counted_run, name_of, run_at
from anynet.testing._sweep.stage import Scenario
from anynet.testing._sweep.steps import CancelPoint, When
from anynet.testing._sweep.system_calls import FailPoint, system_call_errors

BOTH_BACKENDS: tuple[SweepBackend, ...] = ("asyncio", "trio")


@attrs.frozen(eq=False)
class SweepCase:
    """A scenario, the backend that it runs on, and the point at which it is disturbed.

    ``str(case)`` names backend and point, for pytest's ``ids=str``.
    """

    scenario: Scenario
    backend: SweepBackend
    point: SweepPoint
    options: SweepOptions = attrs.field(repr=False)

    def __str__(self) -> str:
        return f"{self.backend}-{self.point}"

    def run(self) -> SweepOutcome:
        """Run the scenario in an event loop of its own, disturbed at the point."""
        with collecting_quickly():
            return run_at(self.scenario, self.backend, self.point, self.options)

    def check(self) -> SweepOutcome:
        """The same; raises :exc:`AssertionError` with all findings if there are any."""
        outcome = self.run()
        if outcome.findings:
            findings = "; ".join(outcome.findings)
            raise AssertionError(f"{name_of(self.scenario)} on {self}: {findings}")
        return outcome


@attrs.frozen
class SweepFinding:
    """Something that was wrong, and where."""

    point: SweepPoint
    what: str

    @property
    def kind(self) -> str:
        """``"cancelled"``, or a call and its error, as in ``"recv ECONNRESET"``."""
        return self.point.kind

    def __str__(self) -> str:
        return f"{self.point}: {self.what}"


@attrs.define
class SweepReport:
    """What a sweep of one scenario on one backend came to.

    ``counts`` is how often there was what the sweep goes through: ``"steps"``, or each system call
    by its name. ``outcomes`` holds every run that reached its point.
    """

    scenario: str
    backend: SweepBackend
    counts: Counter[str]
    outcomes: dict[SweepPoint, SweepOutcome] = attrs.field(factory=dict, repr=False)

    @property
    def runs(self) -> int:
        """How many runs were disturbed."""
        return len(self.outcomes)

    @property
    def findings(self) -> list[SweepFinding]:
        """All that was wrong, in the order of the points."""
        return [
            SweepFinding(point, what)
            for point, outcome in self.outcomes.items()
            for what in outcome.findings
        ]

    @property
    def peer_ends(self) -> Counter[str]:
        """How often a peer saw which end: ``"end"``, ``"reset"``, ``"closed"`` or ``""``."""
        return Counter(peer.end for outcome in self.outcomes.values() for peer in outcome.peers)

    def check(self) -> None:
        """Raise :exc:`AssertionError` with all findings, a line each, if there are any."""
        if self.findings:
            raise AssertionError(str(self))

    def __str__(self) -> str:
        ends = ", ".join(f"{count} × {end or 'no end'}" for end, count in self.peer_ends.items())
        head = (
            f"{self.scenario} on {self.backend}: {self.runs} runs, {len(self.findings)} findings"
            f"; peers saw {ends or 'nothing'}"
        )
        return "\n".join([head, *map(str, self.findings)])


def cancel_everywhere(
    scenario: Scenario,
    backend: SweepBackend = "asyncio",
    *,
    check: bool = True,
    **options: Unpack[SweepOptionNames],
) -> SweepReport:
    """Run ``scenario`` once to count its steps, then twice for each step, cancelling it there.

    ``scenario(stage)`` is an async function that does what is to be examined, with no other peers
    than those that it takes from the :class:`Stage`, and ends by itself. It takes the same steps
    in every run, but for what timers and threads change. A step is one time that a task of the
    scenario is run by its event loop. It is cancelled as the step begins, where a wake-up is on its
    way, and when the step is over, where the task has parked.

    After each run these are findings: tasks, descriptors, sockets and files in ``stage.directory``
    that are left; warnings; exceptions that were lost or that are not to be expected, those of
    handlers that a server only logged included; a scenario that went on after its cancellation; a
    peer that saw no end, or a clean one in the middle of a message.

    ``backend`` is ``"asyncio"``, ``"trio"`` or ``"uvloop"``. ``expected`` adds exceptions to those
    that may leave a disturbed scenario, which are :exc:`OSError` and AnyIO's of streams that have
    ended, broke or were closed. ``split`` takes apart the bytes that a peer received, into a list
    of whole messages and what is left over (by default all is whole): by it a peer knows that a
    message was cut. ``limit`` takes so many of the points alone, spread evenly (None: all).
    ``patience`` is how many seconds a scenario may do nothing, and a peer may wait for its end,
    before that is a finding (5.0). ``modules`` are the packages whose system calls are counted
    (``("anynet",)``), for :func:`fail_everywhere`.

    Each run has an event loop of its own: call it from where none runs. Raises
    :exc:`AssertionError` with the findings, unless ``check`` is false; a run that is not disturbed
    has to be without any, whatever ``check`` is.
    """
    return _sweep(scenario, backend, None, SweepOptions(**options), check=check)


def fail_everywhere(
    scenario: Scenario,
    backend: SweepBackend = "asyncio",
    *,
    errnos: Mapping[str, Sequence[int]] | None = None,
    check: bool = True,
    **options: Unpack[SweepOptionNames],
) -> SweepReport:
    """Run ``scenario`` once to count its system calls, then once for each call and each errno.

    The calls are those of sockets and of their files that modules of anynet make, or those of the
    packages that ``modules`` names. ``errnos`` has the errors by the name of the call, as in
    ``{"recv": [errno.ECONNRESET]}``; a call that it lacks does not fail. By default (None) it is
    what :func:`system_call_errors` returns, which has the names of all calls: :exc:`ValueError` is
    raised for any other.

    Everything else is as for :func:`cancel_everywhere`.
    """
    return _sweep(scenario, backend, _errors(errnos), SweepOptions(**options), check=check)


def cancellation_cases(
    scenario: Scenario,
    backends: Sequence[SweepBackend] = BOTH_BACKENDS,
    **options: Unpack[SweepOptionNames],
) -> list[SweepCase]:
    """The points of :func:`cancel_everywhere` on each backend, to be run one by one.

    For pytest: ``@pytest.mark.parametrize("case", cancellation_cases(scenario), ids=str)``. The
    scenario is run to be counted when this is called, so while pytest collects.
    """
    return _cases(scenario, backends, None, SweepOptions(**options))


def failure_cases(
    scenario: Scenario,
    backends: Sequence[SweepBackend] = BOTH_BACKENDS,
    *,
    errnos: Mapping[str, Sequence[int]] | None = None,
    **options: Unpack[SweepOptionNames],
) -> list[SweepCase]:
    """The points of :func:`fail_everywhere` on each backend, as :func:`cancellation_cases`."""
    return _cases(scenario, backends, _errors(errnos), SweepOptions(**options))


def _errors(errnos: Mapping[str, Sequence[int]] | None) -> Mapping[str, Sequence[int]]:
    known = system_call_errors()
    for name in errnos or ():  # A misspelt one would never fail, and all would be well.
        if name not in known:
            raise ValueError(f"errnos has {shown(name)}, which is none of {', '.join(known)}")
    return known if errnos is None else errnos


def _sweep(
    scenario: Scenario,
    backend: SweepBackend,
    errnos: Mapping[str, Sequence[int]] | None,
    options: SweepOptions,
    *,
    check: bool,
) -> SweepReport:
    with collecting_quickly():
        counts, points = _points(scenario, backend, errnos, options)
        report = SweepReport(name_of(scenario), backend, counts)
        for point in points:
            outcome = run_at(scenario, backend, point, options)
            if outcome.reached:
                report.outcomes[point] = outcome
    if check:
        report.check()
    return report


def _cases(
    scenario: Scenario,
    backends: Sequence[SweepBackend],
    errnos: Mapping[str, Sequence[int]] | None,
    options: SweepOptions,
) -> list[SweepCase]:
    with collecting_quickly():
        return [
            SweepCase(scenario, backend, point, options)
            for backend in backends
            for point in _points(scenario, backend, errnos, options)[1]
        ]


def _points(
    scenario: Scenario,
    backend: SweepBackend,
    errnos: Mapping[str, Sequence[int]] | None,
    options: SweepOptions,
) -> tuple[Counter[str], list[SweepPoint]]:
    """What was counted in an undisturbed run, and the points that come of it."""
    counted = counted_run(scenario, backend, options)
    if errnos is None:
        counts = Counter(steps=counted.steps)
        points = list(_cancel_points(counted.steps))
    else:
        counts = counted.calls
        points = list(_fail_points(counted.calls, errnos))
    return counts, _spread(points, options.limit)


def _cancel_points(steps: int) -> Iterator[SweepPoint]:
    for step in range(1, steps + 1):
        for when in When:
            yield CancelPoint(step, when)


def _fail_points(calls: Counter[str], errnos: Mapping[str, Sequence[int]]) -> Iterator[SweepPoint]:
    for name, count in sorted(calls.items()):
        for number in range(1, count + 1):
            for errno in errnos.get(name, ()):
                yield FailPoint(name, number, errno)


def _spread(points: list[SweepPoint], limit: int | None) -> list[SweepPoint]:
    """At most ``limit`` of the points, the first one and others at even distances."""
    if limit is None or len(points) <= limit:
        return points
    return [points[index * len(points) // limit] for index in range(limit)]
