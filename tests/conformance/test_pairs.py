"""Every pair without a Node: the Python half is compared with the trace that is kept."""

from __future__ import annotations

import pytest

from tests.conformance.catalogue import Pair, all_pairs
from tests.conformance.judging import is_expected, report_mismatch
from tests.conformance.programs import BACKENDS, SECONDS_ALLOWED, run_python
from tests.conformance.traces import normalised

#: A program that hangs is ended by who runs it, and its trace shown.
pytestmark = pytest.mark.timeout(SECONDS_ALLOWED + 60)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("pair", all_pairs(), ids=lambda pair: pair.name)
def test_pair(pair: Pair, backend: str) -> None:
    outcome = run_python(pair.python.path, backend)
    if not is_expected(pair, pair.trace, normalised(outcome.text)):
        report = report_mismatch(f"{pair.name} differs on {backend}", pair.trace, outcome)
        pytest.fail(f"{report}\n  why: {pair.javascript.why}", pytrace=False)
