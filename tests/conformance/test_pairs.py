"""Every pair without a Node: what the Python half prints is compared with the trace that is kept.

The programs run one for each core, in the order of the cases and ahead of them; a case waits for
its own. Nearly all the time of a case is its program's: by turns they would take twice as long.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.conformance.catalogue import Pair, all_pairs
from tests.conformance.judging import is_expected, report_mismatch
from tests.conformance.programs import BACKENDS, SECONDS_ALLOWED, Outcome, run_python
from tests.conformance.traces import normalised

#: A case may have to wait for programs before its own that hang.
pytestmark = pytest.mark.timeout(2 * SECONDS_ALLOWED + 30)

CASES = {f"{pair.name}-{backend}": (pair, backend) for pair in all_pairs() for backend in BACKENDS}


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Outcome]]]:
    """What the programs of the chosen cases print, as soon as they have."""
    chosen = [
        item.callspec.id
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.function is test_pair
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {case: pool.submit(run_case, *CASES[case]) for case in chosen}
        pool.shutdown(cancel_futures=True)


def run_case(pair: Pair, backend: str) -> Outcome:
    """Run the Python half of a pair."""
    return run_python(pair.python.path, backend)


@pytest.mark.parametrize("case", CASES)
def test_pair(case: str, outcomes: dict[str, Future[Outcome]]) -> None:
    pair, _ = CASES[case]
    outcome = outcomes[case].result()
    if not is_expected(pair, pair.trace, normalised(outcome.text)):
        report = report_mismatch(f"{case} differs", pair.trace, outcome)
        pytest.fail(f"{report}\n  why: {pair.javascript.why}", pytrace=False)
