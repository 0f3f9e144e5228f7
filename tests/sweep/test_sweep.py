"""Every scenario, on every backend, cancelled at each step and failed at each system call."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sweep.cancelling import cancel_everywhere
from tests.sweep.catalogue import SCENARIOS, differences, recorded
from tests.sweep.failing import fail_everywhere
from tests.sweep.running import BACKENDS, Scenario
from tests.sweep.sweeping import Report

SWEEPS: dict[str, tuple[Callable[[Scenario, str], Report], str]] = {
    "cancel": (cancel_everywhere, "steps"),
    "fail": (fail_everywhere, "calls"),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("sweep", SWEEPS)
def test_everywhere(name: str, backend: str, sweep: str) -> None:
    function, what = SWEEPS[sweep]
    report = function(SCENARIOS[name], backend)
    assert differences(name, sweep, report) == []
    fewest, most = recorded(name, backend, what)
    assert fewest <= report.count <= most, what
    assert report.runs >= report.count / 2
