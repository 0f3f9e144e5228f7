"""Every scenario, on every backend, cancelled at each step and failed at each system call."""

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


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("kind", KINDS)
def test_everywhere(name: str, backend: SweepBackend, kind: Kind) -> None:
    report = sweep(kind, name, backend)
    assert differences(name, kind, report) == []
    assert counted_anew(name, backend, kind, report) == []
    assert report.runs >= report.counts.total() / 2


def test_a_drop_whose_own_address_is_unknown_closes_its_connection() -> None:
    """The connection leaked, and the error ended the runtime."""
    errnos = {"getsockname": [errno.ENOBUFS]}
    fail_everywhere(SCENARIOS["node_limits"], "trio", errnos=errnos, **OPTIONS)
