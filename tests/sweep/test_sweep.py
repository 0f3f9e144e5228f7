"""Every scenario, on every backend, cancelled at each step and failed at each system call."""

from __future__ import annotations

import pytest

from anynet.testing import SweepBackend
from tests.sweep.catalogue import BACKENDS, KINDS, SCENARIOS, Kind, counted_anew, differences, sweep


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("kind", KINDS)
def test_everywhere(name: str, backend: SweepBackend, kind: Kind) -> None:
    report = sweep(kind, name, backend)
    assert differences(name, kind, report) == []
    assert counted_anew(name, backend, kind, report) == []
    assert report.runs >= report.counts.total() / 2
