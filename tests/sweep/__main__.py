"""The sweeps by hand: ``python -m tests.sweep [SCENARIO…]`` prints a table of what they counted.

With ``--record`` it counts each of them a number of times instead, and writes the counts down:
after a change that is meant to change them.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
from collections import Counter

from anynet.testing import SweepBackend
from tests.sweep.catalogue import (
    BACKENDS,
    KINDS,
    SCENARIOS,
    Ranges,
    counted_anew,
    differences,
    read_record,
    sweep,
    write_record,
)

_ROW = "{:<20} {:<8} {:>6} {:>10} {:>6} {:>7} {:>9}  {}"
#: Seconds that a scenario may take, before the stacks are printed and the program ends.
_LIMIT = 300


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sweep", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", choices=[[], *SCENARIOS])
    parser.add_argument("--backend", choices=BACKENDS, action="append")
    parser.add_argument("--record", action="store_true", help="write the counts down")
    parser.add_argument("--runs", type=int, default=40, help="that a record is made of (40)")
    given = parser.parse_args()
    names: list[str] = given.scenarios or list(SCENARIOS)
    backends: list[SweepBackend] = given.backend or list(BACKENDS)
    if given.record:
        counts = {name: each for name, each in read_record().items() if name in SCENARIOS}
        counts |= {
            name: {each: count(name, each, given.runs) for each in BACKENDS} for name in names
        }
        write_record(counts)
        return 0
    heads = ("scenario", "backend", "steps", "cancelled", "calls", "failed", "findings", "")
    print(_ROW.format(*heads))
    totals: Counter[str] = Counter()
    wrong = [line for name in names for each in backends for line in sweep_both(name, each, totals)]
    print(
        f"\n{len(names)} scenarios × {len(backends)} backends: {totals.total()} points"
        f" ({totals['cancel']} cancelled, {totals['fail']} failed)"
    )
    print("\n".join(wrong) if wrong else "Only what is known.")
    return bool(wrong)


def sweep_both(name: str, backend: SweepBackend, totals: Counter[str]) -> list[str]:
    """Print the row of a scenario and backend. Returns what is new, mended, or counted anew."""
    faulthandler.dump_traceback_later(_LIMIT, exit=True)
    reports = {kind: sweep(kind, name, backend) for kind in KINDS}
    faulthandler.cancel_dump_traceback_later()
    wrong = []
    for kind, report in reports.items():
        totals[kind] += report.runs
        wrong += differences(name, kind, report)
        wrong += counted_anew(name, backend, kind, report)
    cancelled, failed = reports.values()
    findings = len(cancelled.findings) + len(failed.findings)
    counts = cancelled.counts.total(), cancelled.runs, failed.counts.total(), failed.runs, findings
    print(_ROW.format(name, backend, *counts, "WRONG" if wrong else ""), flush=True)
    return [f"{name} on {backend}: {line}" for line in wrong]


def count(name: str, backend: SweepBackend, runs: int) -> Ranges:
    """The fewest and the most steps and calls of some calm runs."""
    counts = [
        sum((sweep(kind, name, backend, limit=1).counts for kind in KINDS), Counter())
        for _ in range(runs)
    ]
    whats = sorted(set().union(*counts))
    ranges = {what: (min(c[what] for c in counts), max(c[what] for c in counts)) for what in whats}
    print(f"{name} on {backend}: {ranges['steps']} steps", flush=True)
    return ranges


if __name__ == "__main__":
    sys.exit(main())
