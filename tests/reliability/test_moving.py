"""Connections that move between threads, several hundred of them: see ``moving``."""

from __future__ import annotations

import pytest

from tests.reliability.moving import BACKENDS, move_connections

CONNECTIONS = 300


@pytest.mark.parametrize("accepting", BACKENDS)
def test_no_byte_is_lost_and_no_descriptor_is_left(accepting: str) -> None:
    report = move_connections(CONNECTIONS, accepting)
    assert report.failures == []
    assert report.connections == CONNECTIONS
    assert report.moves == CONNECTIONS * 2  # Once, twice or three times each.
    assert sum(report.ended_by.values()) == CONNECTIONS
    assert len(report.ended_by) == 4
    assert report.descriptors_left <= 0
