"""These tests need a real Node, which `nox -s conformance` brings."""

from __future__ import annotations

import os

collect_ignore = [] if "CONFORMANCE_NODE" in os.environ else ["test_cross_traffic.py"]
