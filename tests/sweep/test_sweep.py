"""Every scenario, on every backend, cancelled at each step and failed at each system call."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sweep.cancelling import cancel_everywhere
from tests.sweep.catalogue import SCENARIOS, counted_anew, differences
from tests.sweep.failing import fail_everywhere
from tests.sweep.running import BACKENDS, Scenario
from tests.sweep.sweeping import Report

SWEEPS: dict[str, Callable[[Scenario, str], Report]] = {
    "cancel": cancel_everywhere,
    "fail": fail_everywhere,
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("sweep", SWEEPS)
def test_everywhere(name: str, backend: str, sweep: str) -> None:
    report = SWEEPS[sweep](SCENARIOS[name], backend)
    assert differences(name, sweep, report) == []
    assert counted_anew(name, backend, sweep, report) == []
    assert report.runs >= report.counts.total() / 2
