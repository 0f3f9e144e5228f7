"""Mutation testing of the rules, the state tables, framing and the PROXY parser:
``python -m tests.mutants``.

A fixed sample of all mutants, each against its module's own tests. It fails where too few are
noticed; survivors are printed, with the reason where there is one in ``known.py``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.mutants.catalogue import sample, tests_of
from tests.mutants.known import SURVIVORS
from tests.mutants.mutating import Mutant
from tests.mutants.running import Fate, run

COUNT, SEED = 500, 1
LEAST_SCORE = 85.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help=f"default {COUNT}")
    parser.add_argument("--seed", type=int, default=SEED, help=f"default {SEED}")
    parser.add_argument("--part", default="1/1", help="the I-th of N parts of the sample, as I/N")
    parser.add_argument("--only", default="", help="modules whose name begins so")
    given = parser.parse_args()
    part, parts = map(int, given.part.split("/"))
    chosen = [
        each for each in sample(given.count, given.seed) if each.module.startswith(given.only)
    ]
    chosen = chosen[part - 1 :: parts]
    for tests in sorted({tests_of(each.module) for each in chosen}):
        if run(None, tests) != "survived":
            sys.exit(f"the tests fail without any mutant: {' '.join(tests)}")
    return report(chosen, fates_of(chosen))


def fates_of(mutants: Sequence[Mutant]) -> list[Fate]:
    """What becomes of each, as many at once as there are cores; a thread waits for its fork."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        return list(threads.map(lambda mutant: run(mutant, tests_of(mutant.module)), mutants))


def report(mutants: Sequence[Mutant], fates: Sequence[Fate]) -> int:
    """Print the survivors and the score; whether there were too many is the exit status."""
    counts: Counter[str] = Counter(fates)
    for mutant, fate in zip(mutants, fates, strict=True):
        if fate == "survived":
            print(f"{mutant.name}  (line {mutant.line})")
            print(f"    {SURVIVORS.get(mutant.name, 'NEW: strengthen the tests, or say why not')}")
    score = 100 * (1 - counts["survived"] / max(1, len(mutants)))
    print(f"{len(mutants)} mutants, {dict(counts)}: {score:.1f} % noticed")
    return int(score < LEAST_SCORE)


if __name__ == "__main__":
    sys.exit(main())
