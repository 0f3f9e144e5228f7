"""Judging pairs: each runs on Node and on both backends, and the traces are compared."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
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


def judge(pair: Pair, node: str, backends: Sequence[str] = BACKENDS, repeat: int = 1) -> Verdict:
    """Run a pair, possibly many times, until something is wrong."""
    first: list[str] | None = None
    for turn in range(1, repeat + 1):
        outcome = run_javascript(pair.javascript.path, node)
        trace = normalised(outcome.text)
        failures = _faults_of_node(outcome, trace, first)
        if not failures:
            failures = _faults_of_python(pair, trace, backends)
        if failures:
            run = f" (run {turn} of {repeat})" if repeat > 1 else ""
            return Verdict(pair, [f"{pair.name}{run}: {failure}" for failure in failures])
        first = trace
    return Verdict(pair, [])


def judge_all(
    pairs: Sequence[Pair], node: str, backends: Sequence[str], *, repeat: int, workers: int
) -> Iterator[Verdict]:
    """Judge pairs beside each other; the verdicts come in the order of the pairs.

    Each worker is a process: threads would take each other's exit statuses from the fork server.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        yield from pool.map(partial(judge, node=node, backends=backends, repeat=repeat), pairs)


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


def _faults_of_node(outcome: Outcome, trace: list[str], first: list[str] | None) -> list[str]:
    if outcome.status is None:
        return [_told("Node did not finish", outcome, trace)]
    if is_trivial(trace):
        return [_told("the trace says too little", outcome, trace)]
    if first is not None and trace != first:
        return [f"Node's own trace changed (- before, + now):\n{side_by_side(first, trace)}"]
    return []


def _faults_of_python(pair: Pair, trace: list[str], backends: Sequence[str]) -> list[str]:
    """What is wrong on each backend; the same on several is told once."""
    found: dict[tuple[str, ...], list[str]] = {}
    outcomes = {backend: run_python(pair.python.path, backend) for backend in backends}
    for backend, outcome in outcomes.items():
        ours = normalised(outcome.text)
        if differences(trace, ours) != list(pair.differences):
            found.setdefault(tuple(ours), []).append(backend)
    return [
        _told(
            f"differs on {' and '.join(names)} (- Node, + ours)",
            outcomes[names[0]],
            side_by_side(trace, ours).splitlines(),
        )
        for ours, names in found.items()
    ]


def _told(what: str, outcome: Outcome, lines: list[str]) -> str:
    told = [f"{what}:", *(f"  {line}" for line in lines)]
    if outcome.complaints:
        told += ["  stderr:", *(f"  | {line}" for line in outcome.complaints.splitlines())]
    return "\n".join(told)
