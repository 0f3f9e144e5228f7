"""The fixtures of the tests of clusters."""

from __future__ import annotations

from tests.cluster.clusters import start

__all__ = ["start"]
