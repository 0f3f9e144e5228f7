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
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.mutants.catalogue import own_tests, sample
from tests.mutants.known import SURVIVORS
from tests.mutants.mutating import Mutant
from tests.mutants.running import Fate, run

COUNT, SEED = 500, 1
LEAST_SCORE = 85.0
NO_REASON = "NEW: strengthen the tests, or say in known.py why not"


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
    for tests in sorted({own_tests(each.module) for each in chosen}):
        if (fate := run(None, tests)) != "survived":
            sys.exit(f"the tests fail without any mutant ({fate}): {' '.join(tests)}")
    counts = Counter(fates(chosen))
    score = 100 * (1 - counts["survived"] / max(1, len(chosen)))
    print(f"{len(chosen)} mutants, {dict(counts)}: {score:.1f} % noticed")
    return int(score < LEAST_SCORE)


def fates(mutants: Sequence[Mutant]) -> Iterator[Fate]:
    """What becomes of each, as many at once as there are cores; survivors are printed."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:  # Each waits for a fork.
        ends = threads.map(lambda mutant: run(mutant, own_tests(mutant.module)), mutants)
        for mutant, fate in zip(mutants, ends, strict=True):
            if fate == "survived":
                print(f"{mutant.name}  (line {mutant.line})")
                print(f"    {SURVIVORS.get(mutant.name, NO_REASON)}", flush=True)
            yield fate


if __name__ == "__main__":
    sys.exit(main())
