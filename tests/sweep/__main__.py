"""The sweeps by hand: ``python -m tests.sweep [SCENARIO…]`` prints a table of what they counted.

With ``--record`` it counts every scenario a number of times instead, and writes the counts down.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys

from tests.sweep.cancelling import cancel_everywhere
from tests.sweep.catalogue import (
    SCENARIOS,
    Range,
    differences,
    recorded,
    write_record,
)
from tests.sweep.failing import fail_everywhere
from tests.sweep.leaks import collecting_quickly
from tests.sweep.running import BACKENDS
from tests.sweep.sweeping import Report, calm_run, run
from tests.sweep.system_calls import watched

_ROW = "{:<20} {:<8} {:>6} {:>10} {:>6} {:>7} {:>9}  {}"
#: Runs that a record is made of.
_RUNS = 40
#: Seconds that a scenario may take, before the stacks are printed and the program ends.
_LIMIT = 120


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sweep", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    parser.add_argument("--backend", choices=BACKENDS, action="append")
    parser.add_argument("--record", action="store_true", help="write the counts down")
    given = parser.parse_args()
    names = given.scenarios or list(SCENARIOS)
    backends = given.backend or list(BACKENDS)
    if given.record:
        write_record({name: {each: count(name, each) for each in BACKENDS} for name in SCENARIOS})
        return 0
    heads = ("scenario", "backend", "steps", "cancelled", "calls", "failed", "findings", "")
    print(_ROW.format(*heads))
    wrong = [line for name in names for each in backends for line in sweep(name, each)]
    print("\n".join(["", *wrong]) if wrong else "\nOnly what is known.")
    return bool(wrong)


def sweep(name: str, backend: str) -> list[str]:
    """Print the row of a scenario and backend. Returns what is new, mended, or counted anew."""
    faulthandler.dump_traceback_later(_LIMIT, exit=True)
    scenario = SCENARIOS[name]
    reports: dict[str, Report] = {
        "cancel": cancel_everywhere(scenario, backend),
        "fail": fail_everywhere(scenario, backend),
    }
    faulthandler.cancel_dump_traceback_later()
    cancelled, failed = reports.values()
    wrong = [line for each, report in reports.items() for line in differences(name, each, report)]
    wrong += counted_anew("steps", cancelled.count, recorded(name, backend, "steps"))
    wrong += counted_anew("calls", failed.count, recorded(name, backend, "calls"))
    findings = len(cancelled.findings) + len(failed.findings)
    counts = cancelled.count, cancelled.runs, failed.count, failed.runs, findings
    print(_ROW.format(name, backend, *counts, "WRONG" if wrong else ""), flush=True)
    return [f"{name} on {backend}: {line}" for line in wrong]


def counted_anew(what: str, number: int, before: Range) -> list[str]:
    fewest, most = before
    return [] if fewest <= number <= most else [f"{number} {what}, and {fewest} to {most} before"]


def count(name: str, backend: str) -> dict[str, Range]:
    """The fewest and the most steps and calls of some calm runs."""
    scenario = SCENARIOS[name]
    steps, calls = [], []
    with collecting_quickly():
        run(scenario, backend)
        for _ in range(_RUNS):
            with watched() as made:
                steps.append(calm_run(scenario, backend).steps)
            calls.append(made.made.total())
    print(f"{name} on {backend}: {min(steps)}-{max(steps)} {min(calls)}-{max(calls)}", flush=True)
    return {"steps": (min(steps), max(steps)), "calls": (min(calls), max(calls))}


if __name__ == "__main__":
    sys.exit(main())
