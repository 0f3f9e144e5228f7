"""One run of a scenario, undisturbed or disturbed at a point, and what was wrong with it."""

from __future__ import annotations

import importlib
import logging
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import attrs

from anynet._rules.checks import check_choice
from anynet.testing._leaks import handled_by, leaks_noted, plain
from anynet.testing._sweep.options import SweepBackend, SweepOptions
from anynet.testing._sweep.peers import PeerRecord
from anynet.testing._sweep.stage import Scenario, Stage
from anynet.testing._sweep.steps import CancelPoint, Run, Steps
from anynet.testing._sweep.system_calls import FailPoint, watched

SweepPoint: TypeAlias = CancelPoint | FailPoint

_ROOM = __name__.rpartition(".")[0]
#: Which module runs a backend's scenarios: imported when one runs, since Trio takes long to import.
_MODULES = {"trio": "on_trio", "asyncio": "on_asyncio", "uvloop": "on_asyncio"}
#: Steps that the first task of a cancelled scenario may take and still end as if nothing had
#: happened. What it waited for may have come in that turn, and on asyncio what it waits for next
#: may come by the cancellation of other tasks before its own: then it was at its last operation.
_LAST_STEPS = 3
#: Some calls are made only in some of the orders in which Trio may run the tasks of a turn. One
#: that does not come again in so many runs is left out.
_TRIES = 5
_SILENT = logging.NullHandler()


@attrs.frozen
class SweepOutcome:
    """What a run came to.

    ``findings`` is what was wrong, in words; without any all is well. ``peers`` is what each peer
    of the scenario saw. ``error`` is the exception that left the scenario, as text, or None:
    :exc:`OSError` and the like are not wrong. ``reached`` is false where the point did not come
    up in this run, which then says nothing.
    """

    findings: tuple[str, ...]
    peers: tuple[PeerRecord, ...]
    error: str | None
    reached: bool


@attrs.frozen
class Counts:
    """What an undisturbed run was counted at."""

    steps: int
    calls: Counter[str]


def run_at(
    scenario: Scenario, backend: SweepBackend, point: SweepPoint, options: SweepOptions
) -> SweepOutcome:
    """Run a scenario and disturb it at ``point``."""
    if isinstance(point, CancelPoint):
        run = _run(scenario, backend, options, point)
        if not run.cancelled and run.steps_after > _LAST_STEPS:
            run.findings.append("it went on after the cancellation")
        return _outcome(run, reached=run.steps >= point.step)
    for _ in range(_TRIES):
        with watched(options.modules, point) as calls:
            run = _run(scenario, backend, options)
        if reached := calls.made[point.name] >= point.number:
            break
    return _outcome(run, reached=reached)


def _outcome(run: Run, *, reached: bool) -> SweepOutcome:
    findings = tuple(run.findings) if reached else ()
    return SweepOutcome(findings, run.peers, run.error, reached)


def counted_run(scenario: Scenario, backend: SweepBackend, options: SweepOptions) -> Counts:
    """Run a scenario undisturbed. Raises :exc:`AssertionError` where something went wrong."""
    # The first run may fill caches: uvloop keeps a pipe for signals.
    _run(scenario, backend, options)
    with watched(options.modules) as calls:
        run = _run(scenario, backend, options, traced=True)
    if run.error is not None and f"it raised {run.error}" not in run.findings:
        run.findings.append(f"it failed: {run.error}")
    if run.findings:
        findings = "; ".join(run.findings)
        failure = AssertionError(f"{name_of(scenario)} on {backend}, undisturbed: {findings}")
        if run.traceback:
            failure.add_note(run.traceback)
        raise failure
    return Counts(run.steps, calls.made)


def name_of(scenario: Scenario) -> str:
    """The name of a scenario's function."""
    return getattr(scenario, "__name__", None) or type(scenario).__name__


def _run(
    scenario: Scenario,
    backend: SweepBackend,
    options: SweepOptions,
    point: CancelPoint | None = None,
    *,
    traced: bool = False,
) -> Run:
    """Run a scenario in a directory of its own, and look at what it left behind."""
    run = Run()
    with tempfile.TemporaryDirectory(prefix="sweep") as name:
        directory = Path(name)
        stage = Stage(directory, patience=options.patience, split=options.split)
        with leaks_noted(run.findings, directory=directory):
            with _handler_errors(run, directory, options):
                try:
                    _perform(backend)(backend, scenario, stage, Steps(point), run)
                finally:
                    faults, run.peers = stage.finish()
                    run.findings += faults
                if traced and run.raised is not None:
                    run.traceback = "".join(traceback.format_exception(run.raised))
                _judge_error(run, directory, options)
    return run


def _perform(backend: SweepBackend) -> Callable[..., None]:
    check_choice("backend", backend, _MODULES)
    module = importlib.import_module(f"{_ROOM}.{_MODULES[backend]}")
    perform: Callable[..., None] = module.perform
    return perform


def _judge_error(run: Run, directory: Path, options: SweepOptions) -> None:
    """Keep only the text: the traceback would keep alive what the scenario has left behind."""
    error, run.raised = run.raised, None
    if error is not None:
        run.error = plain(repr(error), directory)
        if not options.expects(error):
            run.findings.append(f"it raised {run.error}")


@contextmanager
def _handler_errors(run: Run, directory: Path, options: SweepOptions) -> Iterator[None]:
    """What handlers of servers raised, which is only logged, is to be expected too."""
    with handled_by("anynet", [_SILENT]):
        with handled_by("anynet.server", [_HandlerErrors(run, directory, options)]):
            yield


class _HandlerErrors(logging.Handler):
    def __init__(self, run: Run, directory: Path, options: SweepOptions) -> None:
        super().__init__(logging.ERROR)
        self._run = run
        self._directory = directory
        self._options = options

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not self._options.expects(error):
            text = plain(repr(error), self._directory)
            self._run.findings.append(f"a handler raised {text}")
