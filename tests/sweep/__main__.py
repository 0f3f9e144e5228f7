"""The sweeps by hand: ``python -m tests.sweep [SCENARIO…]`` prints a table of what they counted.

With ``--record`` it counts each of them a number of times instead, and writes the counts down:
after a change that is meant to change them.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
from collections import Counter

from tests.sweep.cancelling import cancel_everywhere
from tests.sweep.catalogue import (
    SCENARIOS,
    Ranges,
    counted_anew,
    differences,
    read_record,
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
        counts = {name: each for name, each in read_record().items() if name in SCENARIOS}
        counts |= {name: {each: count(name, each) for each in BACKENDS} for name in names}
        write_record(counts)
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
    wrong = []
    for each, report in reports.items():
        wrong += differences(name, each, report)
        wrong += counted_anew(name, backend, each, report)
    findings = len(cancelled.findings) + len(failed.findings)
    totals = cancelled.counts.total(), failed.counts.total()
    counts = totals[0], cancelled.runs, totals[1], failed.runs, findings
    print(_ROW.format(name, backend, *counts, "WRONG" if wrong else ""), flush=True)
    return [f"{name} on {backend}: {line}" for line in wrong]


def count(name: str, backend: str) -> Ranges:
    """The fewest and the most steps and calls of some calm runs."""
    scenario = SCENARIOS[name]
    counts = []
    with collecting_quickly():
        run(scenario, backend)
        for _ in range(_RUNS):
            with watched() as calls:
                steps = calm_run(scenario, backend).steps
            counts.append(Counter(steps=steps) + calls.made)
    whats = sorted(set().union(*counts))
    ranges = {what: (min(c[what] for c in counts), max(c[what] for c in counts)) for what in whats}
    print(f"{name} on {backend}: {ranges['steps']} steps", flush=True)
    return ranges


if __name__ == "__main__":
    sys.exit(main())
