"""Judging pairs: each runs on Node and on both backends, and the traces are compared.

The Python halves are compared with what Node prints now. The trace that is kept must be the same,
or it is out of date and the pair fails; of another Node than that of the record this isn't asked.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import attrs

from tests.conformance.catalogue import Pair
from tests.conformance.programs import BACKENDS, Outcome, run_javascript, run_python
from tests.conformance.traces import differences, is_trivial, normalised, side_by_side


@attrs.frozen
class Verdict:
    """What is wrong with a pair, said at length; nothing if all is right."""

    pair: Pair
    failures: list[str]


def judge(
    pair: Pair,
    node: str,
    backends: Sequence[str] = BACKENDS,
    repeat: int = 1,
    kept_traces: bool = True,
) -> Verdict:
    """Run a pair, possibly many times, until something is wrong."""
    for turn in range(1, repeat + 1):
        outcome = run_javascript(pair.javascript.path, node)
        trace = normalised(outcome.text)
        failures = faults_of_node(outcome, trace)
        if not failures:
            failures = _faults_of_record(pair, trace) if kept_traces else []
            failures += _faults_of_python(pair, trace, backends)
        if failures:
            run = f" (run {turn} of {repeat})" if repeat > 1 else ""
            return Verdict(pair, [f"{pair.name}{run}: {failure}" for failure in failures])
    return Verdict(pair, [])


def is_expected(pair: Pair, node: Sequence[str], python: Sequence[str]) -> bool:
    """Whether a trace of ours is Node's, but for the documented differences."""
    return differences(node, python) == list(pair.differences)


def report_mismatch(what: str, node: Sequence[str], outcome: Outcome) -> str:
    """Both traces as one text, and what the Python program wrote to stderr."""
    both = side_by_side(node, normalised(outcome.text))
    return _report(f"{what} (- Node, + ours)", outcome, both.splitlines())


def judge_all(
    pairs: Sequence[Pair],
    node: str,
    backends: Sequence[str],
    *,
    repeat: int,
    workers: int,
    kept_traces: bool,
) -> Iterator[Verdict]:
    """Judge pairs beside each other; the verdicts come in the order of the pairs."""
    one = partial(judge, node=node, backends=backends, repeat=repeat, kept_traces=kept_traces)
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(one, pairs)


@contextmanager
def busy_cores(count: int) -> Iterator[None]:
    """Keep cores busy with other work."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def faults_of_node(outcome: Outcome, trace: list[str]) -> list[str]:
    """Why what Node printed cannot be compared with anything."""
    if outcome.status is None:
        return [_report("Node did not finish", outcome, trace)]
    if is_trivial(trace):
        return [_report("the trace says too little", outcome, trace)]
    return []


def _faults_of_record(pair: Pair, trace: list[str]) -> list[str]:
    if not pair.trace:
        return ["no trace is kept: run with --record"]
    if list(pair.trace) != trace:
        both = side_by_side(pair.trace, trace)
        return [f"the kept trace is not what Node prints (- kept, + now):\n{both}"]
    return []


def _faults_of_python(pair: Pair, trace: list[str], backends: Sequence[str]) -> list[str]:
    """What is wrong on each backend; the same on several is reported once."""
    found: dict[tuple[str, ...], list[str]] = {}
    outcomes = {backend: run_python(pair.python.path, backend) for backend in backends}
    for backend, outcome in outcomes.items():
        ours = normalised(outcome.text)
        if not is_expected(pair, trace, ours):
            found.setdefault(tuple(ours), []).append(backend)
    return [
        report_mismatch(f"differs on {' and '.join(names)}", trace, outcomes[names[0]])
        for names in found.values()
    ]


def _report(what: str, outcome: Outcome, lines: list[str]) -> str:
    report = [f"{what}:", *(f"  {line}" for line in lines)]
    if outcome.stderr:
        report += ["  stderr:", *(f"  | {line}" for line in outcome.stderr.splitlines())]
    return "\n".join(report)
