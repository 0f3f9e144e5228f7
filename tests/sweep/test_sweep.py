"""Every scenario, on every backend, cancelled at some steps and failed at some system calls.

Which those are is the same every time. All of them, and there are thousands, are swept by ``nox -s
sweep``.
"""

from __future__ import annotations

import errno

import pytest

from anynet.testing import SweepBackend, fail_everywhere
from tests.sweep.catalogue import (
    BACKENDS,
    KINDS,
    OPTIONS,
    SCENARIOS,
    Kind,
    counted_anew,
    differences,
    sweep,
)

#: Points of each scenario, backend and kind of sweep.
SAMPLE = 5


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_sample(name: str, backend: SweepBackend, kind: Kind) -> None:
    report = sweep(kind, name, backend, limit=SAMPLE)
    assert differences(name, kind, report, whole=False) == []
    assert counted_anew(name, backend, kind, report) == []
    assert report.runs or not report.counts


def test_a_drop_whose_own_address_is_unknown_closes_its_connection() -> None:
    """The connection leaked, and the error ended the runtime."""
    errnos = {"getsockname": [errno.ENOBUFS]}
    fail_everywhere(SCENARIOS["node_limits"], "trio", errnos=errnos, **OPTIONS)
